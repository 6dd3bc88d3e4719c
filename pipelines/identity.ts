// Which document a record is: its own Id within its tenant, and never the bytes it came in, because Microsoft serves
// the same record again with its keys in another order.

import { createHash } from 'node:crypto';
import { readSeconds } from './converters/date.ts';
import { recallLast, remember } from './engine/remember.ts';
import type { Json } from './json/json.ts';
import { writeJson } from './json/json-text.ts';
import { parseExactly, type RecordHead } from './parse-record.ts';

export interface RecordIdentity {
  /** The document's `_id`, at most 512 bytes. */
  readonly id: string;
  /** CreationTime in seconds since the epoch; 0 where it cannot be read. */
  readonly seconds: number;
}

const longestId = 512;

export function recordKey(record: RecordHead, tenantId: string): RecordIdentity {
  if (record.problem !== undefined) return { id: hash(record.text), seconds: 0 };
  const seconds = readSeconds(record.creationTime);
  const { id } = record;
  if (typeof id === 'string' && id !== '') {
    const key = `${ownerOf(record.organizationId, tenantId)}:${id}`;
    if (fits(key)) return { id: key, seconds };
  }
  return { id: hash(writeJson(parseExactly(record.text), true)), seconds };
}

const mostTenants = 1000;
const lowerCase = recallLast(remember(mostTenants, (text) => text.toLowerCase()));

function ownerOf(organizationId: Json, tenantId: string): string {
  return lowerCase(typeof organizationId === 'string' && organizationId !== '' ? organizationId : tenantId);
}

function fits(key: string): boolean {
  return key.length * 3 <= longestId || Buffer.byteLength(key) <= longestId;
}

function hash(text: string): string {
  return `h:${createHash('sha256').update(text).digest('hex')}`;
}
