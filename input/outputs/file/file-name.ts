// `<data stream>-<time>-<number>.ndjson`: sorted by name, the files of a data stream are sorted by age.

import { stamp } from '../../delivery/stamp.ts';

export interface FileName {
  readonly dataStream: string;
  /** When the file was begun, in milliseconds. */
  readonly begun: number;
  /** Tells files of one second apart. */
  readonly number: number;
}

const pattern = /^(.+)-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-(\d{4,})\.ndjson$/;

export function writeFileName({ dataStream, begun, number }: FileName): string {
  return `${dataStream}-${stamp(begun)}-${String(number).padStart(4, '0')}.ndjson`;
}

/** Undefined for a file that is none of ours. */
export function readFileName(name: string): FileName | undefined {
  const parts = pattern.exec(name);
  if (!parts) return undefined;
  const [, dataStream = '', year, month, day, hour, minute, second, number] = parts;
  const begun = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(begun) ? undefined : { dataStream, begun, number: Number(number) };
}
