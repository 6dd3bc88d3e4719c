// Formats values as Kibana writes them.

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const fraction = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });

/** `column` is a column of a Lens layer. */
export function formatValue(value, column) {
  if (value === null || value === undefined) return '–';
  if (value === '__other__') return 'Other';
  if (column?.dataType === 'date') return formatTime(value);
  if (typeof value !== 'number') return String(value);
  const format = column?.params?.format;
  if (format?.id === 'bytes') return formatBytes(value);
  if (format?.id === 'duration') return formatDuration(value);
  return Number.isInteger(value) ? whole.format(value) : fraction.format(value);
}

const sizes = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];

export function formatBytes(bytes) {
  const step = bytes < 1 ? 0 : Math.min(sizes.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** step).toFixed(step === 0 ? 0 : 1)}${sizes[step]}`;
}

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
];

/** Formats a duration in milliseconds. */
export function formatDuration(ms) {
  if (ms === 0) return '0';
  const [unit, size] = units.find(([, each]) => ms >= each) ?? ['ms', 1];
  const count = ms / size;
  return `${Number.isInteger(count) ? count : count.toFixed(1)}${unit}`;
}

const time = new Intl.DateTimeFormat('en', {
  month: 'short',
  day: 'numeric',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
  timeZone: 'UTC',
});

/** Formats a time in UTC, as the whole page does. */
export const formatTime = (ms) => time.format(new Date(ms)).replace(/, (?=\d\d:)/, ' @ ');

const day = new Intl.DateTimeFormat('en', { month: 'short', day: 'numeric', timeZone: 'UTC' });
const hour = new Intl.DateTimeFormat('en', {
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
  timeZone: 'UTC',
});

/** Formats the label of an axis: the day where one begins, else the hour. */
export const formatTick = (ms) => (ms % 86_400_000 === 0 ? day.format(ms) : hour.format(ms));
