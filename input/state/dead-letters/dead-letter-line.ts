// Writes a dead letter as a line of JSON, and reads it back.

import { dirname, join } from 'node:path';
import { isObject, parseObject } from '../../../pipelines/json/unknown.ts';
import type { DeadLetter } from '../../contract/dead-letters.ts';
import type { Origin } from '../../contract/feed.ts';

/** A letter as it is read back. */
export interface StoredDeadLetter extends DeadLetter {
  /** Path of the file that holds it. */
  readonly file: string;
  /** The number of the line, from 1. */
  readonly line: number;
  /** The time at which it was kept, ISO 8601 UTC. */
  readonly keptAt: string;
  /** Path of the bytes of a record too large for a line; `record` is then empty. */
  readonly rawFile: string | undefined;
}

/** `rawFile` is a name in the same folder. */
export function writeLetter(letter: DeadLetter, keptAt: string, rawFile: string | undefined): string {
  const { feed, position, createdAt, fetchedAt, backfill } = letter.origin;
  const origin = { ...feed, position, createdAt, fetchedAt, backfill };
  return `${JSON.stringify({ keptAt, ...letter, origin, rawFile })}\n`;
}

/** Undefined for a line that is not whole. */
export function readLetter(
  text: Buffer,
  place: { readonly file: string; readonly line: number },
): StoredDeadLetter | undefined {
  // An editor may have left a byte order mark.
  const letter = parseObject(text.toString('utf8').replace(/^\ufeff/, '')) ?? {};
  const origin = isObject(letter.origin) ? readOrigin(letter.origin) : undefined;
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

function readOrigin(origin: Readonly<Record<string, unknown>>): Origin | undefined {
  const written = 'tenantId' in origin ? fromFirstRelease(origin) : origin;
  const tenant = readString(written.tenant);
  const source = readString(written.source);
  const name = readString(written.name);
  if (tenant === undefined || source === undefined || name === undefined) return undefined;
  return {
    feed: { tenant, source, name },
    position: readString(written.position) ?? '',
    createdAt: readString(written.createdAt),
    fetchedAt: readString(written.fetchedAt) ?? '',
    backfill: written.backfill === true,
  };
}

/** Letters of version 0.1 know one source only. */
function fromFirstRelease(origin: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { tenantId, contentType, contentId, contentCreated, ...rest } = origin;
  return {
    ...rest,
    tenant: tenantId,
    source: 'management-activity',
    name: contentType,
    position: contentId,
    createdAt: contentCreated,
  };
}

function readString(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
