// Converts network addresses in every form that records hold: v4, v6, with a port, in brackets, mapped, with a zone, in
// lists, after a host name. The text itself is always kept as the address.

import type { Json, JsonObject } from '../json/json.ts';
import type { Converter } from './converter.ts';
import { toKeyword, trimText } from './keyword.ts';

const nothing = new Set(['<null>', 'null', '-', 'n/a', 'none', 'unknown', 'not available']);

/** The result is undefined for blank text and for the words that stand for no address. */
function toAddress(value: Json): JsonObject | undefined {
  const address = typeof value === 'string' ? toKeyword(value) : undefined;
  if (address === undefined || nothing.has(address.toLowerCase())) return undefined;
  const { host, port } = splitPort(firstOf(address));
  const ip = toIpText(host);
  const portNumber = toPort(port);
  if (ip !== undefined) return portNumber === undefined ? { address, ip } : { address, ip, port: portNumber };
  const named = port !== '' && portNumber === undefined ? undefined : splitHost(host, portNumber);
  return named === undefined ? { address } : { address, ...named };
}

/** `host (1.2.3.4)` or `host`. */
function splitHost(host: string, port: number | undefined): JsonObject | undefined {
  const open = host.indexOf('(');
  const domain = trimText(open < 0 ? host : host.slice(0, open));
  if (!isHostName(domain)) return undefined;
  const ip = open < 0 || !host.endsWith(')') ? undefined : toIpText(trimText(host.slice(open + 1, -1)));
  if (open >= 0 && ip === undefined) return undefined;
  return { domain, ip, port };
}

function firstOf(text: string): string {
  const comma = text.search(/[,;]/);
  return comma < 0 ? text : trimText(text.slice(0, comma));
}

/** A port follows brackets, or the only colon there is. */
function splitPort(text: string): { host: string; port: string } {
  if (text.startsWith('[')) {
    const close = text.indexOf(']');
    if (close < 0) return { host: text, port: '' };
    const rest = text.slice(close + 1);
    return { host: trimText(text.slice(1, close)), port: rest.startsWith(':') ? rest.slice(1) : '' };
  }
  const colon = text.indexOf(':');
  if (colon < 0 || colon !== text.lastIndexOf(':')) return { host: text, port: '' };
  return { host: text.slice(0, colon), port: text.slice(colon + 1) };
}

function toPort(text: string): number | undefined {
  if (text.length === 0 || text.length > 5 || !allDigits(text)) return undefined;
  const port = Number(text);
  return port >= 1 && port <= 65535 ? port : undefined;
}

/** The address in lower case, without its zone; a v4 address in v6 clothes as v4. Undefined where it is none. */
function toIpText(text: string): string | undefined {
  if (isIpv4(text)) return text;
  if (text.indexOf(':') < 0) return undefined;
  const zone = text.indexOf('%');
  const ip = (zone < 0 ? text : text.slice(0, zone)).toLowerCase();
  if (ip.startsWith('::ffff:') && isIpv4(ip.slice(7))) return ip.slice(7);
  return isIpv6(ip) ? ip : undefined;
}

/** Four octets. A leading zero would make one octal to some and decimal to others; Elasticsearch refuses it. */
function isIpv4(text: string): boolean {
  if (text.length < 7 || text.length > 15) return false;
  let dots = 0;
  let digits = 0;
  let octet = 0;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === 46) {
      if (digits === 0) return false;
      dots += 1;
      digits = 0;
      octet = 0;
    } else {
      if (code < 48 || code > 57 || (digits > 0 && octet === 0)) return false;
      digits += 1;
      octet = octet * 10 + code - 48;
      if (octet > 255) return false;
    }
  }
  return dots === 3 && digits > 0;
}

function isIpv6(text: string): boolean {
  const gap = text.indexOf('::');
  if (gap < 0) return countGroups(text) === 8;
  if (text.indexOf('::', gap + 1) >= 0) return false;
  const front = countGroups(text.slice(0, gap));
  const back = countGroups(text.slice(gap + 2));
  return front >= 0 && back >= 0 && front + back <= 7 && (gap === 0 || text.slice(0, gap).indexOf('.') < 0);
}

/** Groups of 16 bits, of which a v4 tail counts two; -1 where one is malformed. */
function countGroups(text: string): number {
  if (text === '') return 0;
  const groups = text.split(':');
  const last = groups.length - 1;
  const tail = isIpv4(groups[last] ?? '');
  const plain = tail ? groups.slice(0, last) : groups;
  return plain.every(isGroup) ? plain.length + (tail ? 2 : 0) : -1;
}

function isGroup(text: string): boolean {
  if (text.length === 0 || text.length > 4) return false;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (!((code >= 48 && code <= 57) || (code >= 97 && code <= 102))) return false;
  }
  return true;
}

function allDigits(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code < 48 || code > 57) return false;
  }
  return true;
}

/** Letters, digits, `.`, `-` and `_`, with a letter among them. */
function isHostName(text: string): boolean {
  if (text.length === 0 || text.length > 253) return false;
  let letters = 0;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i) | 32;
    const raw = text.charCodeAt(i);
    if (code >= 97 && code <= 122 && raw >= 65) letters += 1;
    else if (!((raw >= 48 && raw <= 57) || raw === 45 || raw === 46 || raw === 95)) return false;
  }
  return letters > 0;
}

export const address: Converter = {
  name: 'address',
  about: 'A network address in any form: the text is kept, and its IP address, port or host name set apart.',
  fills: ['address', 'ip', 'port', 'domain'],
  compile: () => toAddress,
  examples: [
    { given: '178.85.138.132', gives: { address: '178.85.138.132', ip: '178.85.138.132' } },
    { given: '52.1.2.3:49832', gives: { address: '52.1.2.3:49832', ip: '52.1.2.3', port: 49832 } },
    { given: '[52.1.2.3]:49832', gives: { address: '[52.1.2.3]:49832', ip: '52.1.2.3', port: 49832 } },
    { given: ' 1.2.3.4\r\n', gives: { address: '1.2.3.4', ip: '1.2.3.4' } },
    {
      given: '2603:10A6:800:125::13',
      gives: { address: '2603:10A6:800:125::13', ip: '2603:10a6:800:125::13' },
    },
    {
      given: '[2603:10a6::13]:443',
      gives: { address: '[2603:10a6::13]:443', ip: '2603:10a6::13', port: 443 },
    },
    { given: '[::1]', gives: { address: '[::1]', ip: '::1' } },
    { given: '::', gives: { address: '::', ip: '::' } },
    { given: '1:2:3:4:5:6:7:8', gives: { address: '1:2:3:4:5:6:7:8', ip: '1:2:3:4:5:6:7:8' } },
    { given: '1:2:3:4:5:6:7:8:9', gives: { address: '1:2:3:4:5:6:7:8:9' } },
    { given: '1::2::3', gives: { address: '1::2::3' } },
    { given: '64:ff9b::1.2.3.4', gives: { address: '64:ff9b::1.2.3.4', ip: '64:ff9b::1.2.3.4' } },
    { given: '1.2.3.4::1', gives: { address: '1.2.3.4::1' } },
    { given: '::ffff:10.0.0.1', gives: { address: '::ffff:10.0.0.1', ip: '10.0.0.1' } },
    { given: '[::FFFF:10.0.0.1]:80', gives: { address: '[::FFFF:10.0.0.1]:80', ip: '10.0.0.1', port: 80 } },
    { given: 'fe80::1%eth0', gives: { address: 'fe80::1%eth0', ip: 'fe80::1' } },
    { given: '1.2.3.4, 5.6.7.8', gives: { address: '1.2.3.4, 5.6.7.8', ip: '1.2.3.4' } },
    { given: '1.2.3.4;5.6.7.8', gives: { address: '1.2.3.4;5.6.7.8', ip: '1.2.3.4' } },
    {
      given: 'mail.example.org:25',
      gives: { address: 'mail.example.org:25', domain: 'mail.example.org', port: 25 },
    },
    { given: 'localhost', gives: { address: 'localhost', domain: 'localhost' } },
    { given: '[host-1]:12345', gives: { address: '[host-1]:12345', domain: 'host-1', port: 12345 } },
    {
      given: 'VI1PR04 (10.1.2.3)',
      gives: { address: 'VI1PR04 (10.1.2.3)', domain: 'VI1PR04', ip: '10.1.2.3' },
    },
    {
      given: '[VI1PR04 (10.1.2.3)]:25',
      gives: { address: '[VI1PR04 (10.1.2.3)]:25', domain: 'VI1PR04', ip: '10.1.2.3', port: 25 },
    },
    { given: 'VI1PR04 (15.20.4129.029)', gives: { address: 'VI1PR04 (15.20.4129.029)' } },
    { given: '1.2.3.4:99999', gives: { address: '1.2.3.4:99999', ip: '1.2.3.4' } },
    { given: 'ffff:10.11.0.229', gives: { address: 'ffff:10.11.0.229' } },
    { given: '1.2.3.04', gives: { address: '1.2.3.04' } },
    { given: '1.2.3.256', gives: { address: '1.2.3.256' } },
    { given: 'not an address', gives: { address: 'not an address' } },
    {
      given: 'a-long-host-name.of.some.department.contoso.example/path',
      gives: { address: 'a-long-host-name.of.some.department.contoso.example/path' },
    },
    { given: '[1.2.3.4', gives: { address: '[1.2.3.4' } },
    ...[...nothing].map((given) => ({ given })),
    { given: '' },
    { given: 5 },
    { given: ['1.2.3.4'] },
  ],
};

/** The IP address alone, from whatever surrounds it. */
export function toIp(value: Json): Json {
  return typeof value === 'string' && isIpv4(value) ? value : toAddress(value)?.ip;
}

export const ip: Converter = {
  name: 'ip',
  about: 'An IP address, without port, brackets or zone.',
  compile: () => toIp,
  examples: [
    { given: '[::ffff:10.0.0.1]:80', gives: '10.0.0.1' },
    { given: 'FE80::1', gives: 'fe80::1' },
    { given: 'mail.example.org' },
    { given: null },
  ],
};

export const ips: Converter = {
  name: 'ips',
  about: 'Every IP address of a list in one text, without ports, brackets and zones.',
  compile: () => (value) => {
    if (typeof value !== 'string' || (value.indexOf(',') < 0 && value.indexOf(';') < 0)) return toIp(value);
    const found = value
      .split(/[,;]/)
      .map(toIp)
      .filter((one) => one !== undefined);
    return found.length === 0 ? undefined : [...new Set(found)];
  },
  examples: [
    { given: '[::ffff:10.0.0.1]:80', gives: '10.0.0.1' },
    { given: '1.2.3.4, FE80::1;1.2.3.4', gives: ['1.2.3.4', 'fe80::1'] },
    { given: 'none, 1.2.3.4:99', gives: ['1.2.3.4'] },
    { given: 'mail.example.org;' },
    { given: 5 },
  ],
};

export const server: Converter = {
  name: 'server',
  about: 'The name or address of a server, without the version in brackets after it.',
  fills: ['address', 'ip', 'port', 'domain'],
  compile: () => (value) => (typeof value === 'string' ? toAddress(value.split(' (', 1)[0]) : undefined),
  examples: [
    {
      given: 'VI1PR04MB5056 (15.20.4129.029)\r\n',
      gives: { address: 'VI1PR04MB5056', domain: 'VI1PR04MB5056' },
    },
    { given: '10.1.2.3', gives: { address: '10.1.2.3', ip: '10.1.2.3' } },
    { given: 'Some Server', gives: { address: 'Some Server' } },
    { given: ' (15.20)' },
    { given: null },
  ],
};

export const ipVersion: Converter = {
  name: 'ip_version',
  about: '`ipv4` or `ipv6`, by the IP address in the text.',
  compile: () => (value) => {
    const found = toIp(value);
    if (typeof found !== 'string') return undefined;
    return found.includes(':') ? 'ipv6' : 'ipv4';
  },
  examples: [
    { given: '1.2.3.4:80', gives: 'ipv4' },
    { given: '[2603:10a6::13]:443', gives: 'ipv6' },
    { given: 'localhost' },
  ],
};
