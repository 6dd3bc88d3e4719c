// File names of a series, `<series>-<time>-<number>.ndjson`: sorted by name, the files are sorted by age.

export interface FileName {
  /** The name of the series: a data stream, or the dead letters. */
  readonly series: string;
  /** The time when the file was begun, in milliseconds since the epoch. */
  readonly begun: number;
  /** The number that tells files of one second apart. */
  readonly number: number;
}

const pattern = /^(.+)-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-(\d{4,})\.ndjson$/;

export function writeFileName({ series, begun, number }: FileName): string {
  return `${series.replace(/[^\w.-]/g, '_')}-${formatTimestamp(begun)}-${String(number).padStart(4, '0')}.ndjson`;
}

/** Parses a file name; undefined for a file that is none of ours. */
export function readFileName(name: string): FileName | undefined {
  const parts = pattern.exec(name);
  if (!parts) return undefined;
  const [, series = '', year, month, day, hour, minute, second, number] = parts;
  const begun = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(begun) ? undefined : { series, begun, number: Number(number) };
}

/** Returns a time like `20260131T235959Z`. */
export function formatTimestamp(time: number): string {
  return new Date(time).toISOString().replace(/[-:]|\.\d+/g, '');
}
