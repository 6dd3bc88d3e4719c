// Identifies the document of a record: by its own Id within its tenant, and never by the bytes it came in, because
// Microsoft serves the same record again with its keys in another order. A record that changes is another document each
// time.

import { createHash } from 'node:crypto';
import { readSeconds } from './converters/date.ts';
import type { Dataset } from './dataset.ts';
import { writeHeadRead, writePart } from './engine/head.ts';
import { recallLast, remember } from './engine/remember.ts';
import type { Json } from './json/json.ts';
import { writeJson } from './json/json-text.ts';
import { parseExactly } from './parse-record.ts';
import type { RecordHead } from './record-head.ts';

interface RecordIdentity {
  /** The document's `_id`, at most 512 bytes. */
  readonly id: string;
  /** The time of the event, in seconds since the epoch; 0 where that cannot be read. */
  readonly seconds: number;
}

export type Identify = (record: RecordHead, tenantId: string) => RecordIdentity;

const longestId = 512;
const mostTenants = 1000;

export function compileIdentify({ identity }: Pick<Dataset, 'identity'>): Identify {
  const lowerCase = recallLast(remember(mostTenants, (text) => text.toLowerCase()));
  const isChanged = identity === 'id_and_update';
  return (record, tenantId) => {
    if (record.problem !== undefined) return { id: hash(record.text), seconds: 0 };
    const { id, owner, time, updated, part } = record;
    const seconds = readSeconds(time);
    if (isText(id) && (!isChanged || isText(updated))) {
      const name = part === undefined ? id : `${id}:${part}`;
      const key = `${lowerCase(isText(owner) ? owner : tenantId)}:${name}${isChanged ? `:${updated}` : ''}`;
      if (fits(key)) return { id: key, seconds };
    }
    return { id: hash(writeJson(parseExactly(record.text), true)), seconds };
  };
}

function isText(value: Json): value is string {
  return typeof value === 'string' && value !== '';
}

function fits(key: string): boolean {
  return key.length * 3 <= longestId || Buffer.byteLength(key) <= longestId;
}

function hash(text: string): string {
  return `h:${createHash('sha256').update(text).digest('hex')}`;
}

/** The functions of this file for the ingest pipeline of a dataset. `served` is the record as it came. */
export function writeIdentify({ head, identity, envelope }: Dataset): string {
  const isChanged = identity === 'id_and_update';
  const served = envelope === undefined ? '' : 'def served, ';
  const part = writePart(head, 'record');
  const updated = `def updated = ${writeHeadRead(head.updated, 'record')};
  `;
  return `
int utf8Length(String text) {
  int bytes = 0;
  for (int i = 0; i < text.length(); ++i) {
    char c = text.charAt(i);
    bytes += c < (char) 128 ? 1 : c < (char) 2048 ? 2 : c >= (char) 55296 && c <= (char) 57343 ? 2 : 3;
  }
  return bytes;
}
String identify(${served}Map record, String tenant) {
  ${isChanged ? updated : ''}def id = ${writeHeadRead(head.id, 'record')};
  if (id instanceof String && !((String) id).isEmpty()${isChanged ? ' && updated instanceof String && !((String) updated).isEmpty()' : ''}) {
    def owner = ${writeHeadRead(head.owner, 'record')};
    String key = (owner instanceof String && !((String) owner).isEmpty() ? (String) owner : tenant).toLowerCase() + ':' + id${part === '' ? '' : ` + ':' + ${part}`}${isChanged ? " + ':' + updated" : ''};
    if (utf8Length(key) <= ${longestId}) return key;
  }
  return 'h:' + writeJson(${envelope === undefined ? 'record' : 'served'}, true).sha256();
}`;
}
