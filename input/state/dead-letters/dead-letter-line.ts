// A dead letter as a line of JSON, and back.

import { dirname, join } from 'node:path';
import type { DeadLetter, Origin } from '../../contract/contract.ts';

/** A letter as it is read back. */
export interface StoredDeadLetter extends DeadLetter {
  /** Path of the file that holds it. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** When it was kept, ISO 8601 UTC. */
  readonly keptAt: string;
  /** Path of the bytes of a record too large for a line; `record` is then empty. */
  readonly rawFile: string | undefined;
}

/** `rawFile` is a name in the same folder. */
export function writeLetter(letter: DeadLetter, keptAt: string, rawFile: string | undefined): string {
  return `${JSON.stringify({ keptAt, ...letter, rawFile })}\n`;
}

/** Undefined for a line that is not whole. */
export function readLetter(
  text: Buffer,
  place: { readonly file: string; readonly line: number },
): StoredDeadLetter | undefined {
  // An editor may have left a byte order mark.
  const letter = parseObject(text.toString('utf8').replace(/^\ufeff/, ''));
  const origin = readOrigin(toObject(letter.origin));
  const record = readString(letter.record);
  if (!origin || record === undefined) return undefined;
  const rawFile = readString(letter.rawFile);
  return {
    ...place,
    keptAt: readString(letter.keptAt) ?? '',
    origin,
    id: readString(letter.id),
    dataStream: readString(letter.dataStream),
    type: readString(letter.type) ?? '',
    reason: readString(letter.reason) ?? '',
    record,
    document: readString(letter.document),
    rawFile: rawFile === undefined ? undefined : join(dirname(place.file), rawFile),
  };
}

function readOrigin(origin: Record<string, unknown>): Origin | undefined {
  const tenantId = readString(origin.tenantId);
  const contentType = readString(origin.contentType);
  if (tenantId === undefined || contentType === undefined) return undefined;
  return {
    tenantId,
    contentType,
    contentId: readString(origin.contentId) ?? '',
    contentCreated: readString(origin.contentCreated) ?? '',
    fetchedAt: readString(origin.fetchedAt) ?? '',
    backfill: origin.backfill === true,
  };
}

function parseObject(text: string): Record<string, unknown> {
  try {
    return toObject(JSON.parse(text));
  } catch {
    return {};
  }
}

function toObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function readString(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
