// Parses durations and byte sizes as people write them: "5m", "167h55m", "16MiB".

import parse from 'parse-duration';

const durationForm = /^(?:\d+(?:\.\d+)?\s*(?:ms|s|m|h|d|w)\s*)+$/;

/** Returns milliseconds, or undefined for anything else. A number needs its unit: 5 could be seconds or minutes. */
export function parseDuration(text: string): number | undefined {
  const trimmed = text.trim();
  if (!durationForm.test(trimmed)) return undefined;
  return parse(trimmed) ?? undefined;
}

const byteForm = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?$/i;

/** Returns bytes, or undefined for anything else. KB is 1000, KiB is 1024; a plain number is bytes. */
export function parseBytes(value: string | number): number | undefined {
  const match = byteForm.exec(String(value).trim());
  if (!match) return undefined;
  const [, amount = '', prefix = '', binary = ''] = match;
  if (binary && !prefix) return undefined;
  const power = ['', 'k', 'm', 'g', 't'].indexOf(prefix.toLowerCase());
  return Math.round(Number(amount) * (binary ? 1024 : 1000) ** power);
}
