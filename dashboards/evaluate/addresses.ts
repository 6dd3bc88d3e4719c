// IP addresses in the two forms that Elasticsearch has of them: sixteen bytes to compare, and one spelling to show.

import { isIPv4, isIPv6 } from 'node:net';

const mapped = '00000000000000000000ffff';

/**
 * Returns the sixteen bytes as hexadecimal digits, which sort as the bytes do; undefined for a text that is no address.
 */
export function addressDigits(text: string): string | undefined {
  if (isIPv4(text))
    return (
      mapped +
      text
        .split('.')
        .map((part) => hex(Number(part), 2))
        .join('')
    );
  if (!isIPv6(text) || text.includes('%')) return undefined;
  const [left, right] = spell(text)
    .split('::')
    .map((side) => side.split(':').filter(Boolean));
  const missing = 8 - (left?.length ?? 0) - (right?.length ?? 0);
  const groups = [
    ...(left ?? []),
    ...(right === undefined ? [] : Array(missing).fill('0')),
    ...(right ?? []),
  ];
  return groups.map((group) => group.padStart(4, '0')).join('');
}

/** Returns the one spelling of an address; undefined for a text that is no address. */
export function readAddress(raw: unknown): string | undefined {
  if (typeof raw !== 'string') return undefined;
  if (isIPv4(raw)) return raw;
  const digits = addressDigits(raw);
  if (digits === undefined) return undefined;
  if (!digits.startsWith(mapped)) return spell(raw);
  return [0, 2, 4, 6].map((at) => Number.parseInt(digits.slice(24 + at, 26 + at), 16)).join('.');
}

/** Returns the first and last digits of a network such as `10.0.0.0/8`; undefined for a text that is no network. */
export function networkBounds(text: string): readonly [string, string] | undefined {
  const [address = '', length, ...rest] = text.split('/');
  const digits = addressDigits(address);
  if (digits === undefined || length === undefined || rest.length > 0 || !/^\d{1,3}$/.test(length))
    return undefined;
  const bits = Number(length) + (isIPv4(address) ? 96 : 0);
  if (bits > 128) return undefined;
  const hostBits = BigInt(128 - bits);
  const first = (BigInt(`0x${digits}`) >> hostBits) << hostBits;
  const last = first | ((1n << hostBits) - 1n);
  return [first.toString(16).padStart(32, '0'), last.toString(16).padStart(32, '0')];
}

/** A URL spells an address of version 6 in lower case, shortened, without dots. */
const spell = (text: string): string => new URL(`http://[${text}]/`).hostname.slice(1, -1);

const hex = (value: number, width: number): string => value.toString(16).padStart(width, '0');
