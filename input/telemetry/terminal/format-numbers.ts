// Formats numbers and durations in a few characters, for the progress table.

const thousands = new Intl.NumberFormat('en', { useGrouping: true });
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });

/** Formats a count as `12,345`, or as `1.23M` where that does not fit. */
export function formatCount(count: number | undefined, width: number): string {
  const full = thousands.format(count ?? 0);
  return full.length <= width ? full : compact.format(count ?? 0);
}

/** Formats a duration as `9s`, `42m`, `13h` or `6d`, in at most four characters. */
export function formatDuration(ms: number | undefined): string {
  if (ms === undefined) return '-';
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 100) return `${seconds}s`;
  if (seconds < 100 * 60) return `${Math.round(seconds / 60)}m`;
  if (seconds < 72 * 3600) return `${Math.round(seconds / 3600)}h`;
  return `${Math.round(seconds / 86_400)}d`;
}
