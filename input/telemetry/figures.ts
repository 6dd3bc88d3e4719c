// Numbers and spans of time in a few characters.

const thousands = new Intl.NumberFormat('en', { useGrouping: true });
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });

/** `12,345`, or `1.23M` where that does not fit. */
export function formatCount(count: number | undefined, width: number): string {
  const full = thousands.format(count ?? 0);
  return full.length <= width ? full : compact.format(count ?? 0);
}

/** `9s`, `42m`, `13h`, `6d`: at most four characters. */
export function formatSpan(ms: number | undefined): string {
  if (ms === undefined) return '-';
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 100) return `${seconds}s`;
  if (seconds < 100 * 60) return `${Math.round(seconds / 60)}m`;
  if (seconds < 72 * 3600) return `${Math.round(seconds / 3600)}h`;
  return `${Math.round(seconds / 86_400)}d`;
}
