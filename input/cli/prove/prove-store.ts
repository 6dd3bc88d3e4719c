// Counts the documents that the output itself holds: the ledger says what was delivered, not that it is still there. At
// least as many documents must have been collected since the beginning of a window as the ledger calls delivered in it.

import { createReadStream, existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isObject } from '../../../pipelines/json/unknown.ts';
import { describeError, OperatorError } from '../../contract/errors.ts';
import type { Feed } from '../../contract/feed.ts';
import type { WorkView } from '../../contract/state.ts';
import { isoTime } from '../../contract/time.ts';
import { readFileName } from '../../files/file-name.ts';
import { splitLines } from '../../files/split-lines.ts';
import { connect } from '../../outputs/elasticsearch/connect/connection.ts';
import type { ElasticsearchOptions } from '../../outputs/elasticsearch/connect/options.ts';
import { collectedSince } from '../../outputs/elasticsearch/stored/stored-ids.ts';
import type { OutputPolicy } from '../../outputs/output-policy.ts';
import { explainUnreadable } from '../../setup/api-key.ts';

export interface StoreProof {
  /** The data stream, in which output. */
  readonly store: string;
  /** Records that the ledger says are there. */
  readonly delivered: number;
  /** Documents that were collected since; absent where it could not be looked at. */
  readonly found?: number;
  /** The reason why it could not be read. */
  readonly unread?: string;
}

export interface Store {
  readonly output: OutputPolicy;
  readonly dataStream: string;
  readonly delivered: number;
  /** Records of which it only says that they came before. */
  readonly duplicate: number;
}

/** Counts by the ledger what became of the items of some feeds made since, up to now. */
export async function countSettled(
  ledger: Pick<WorkView, 'between'>,
  feeds: readonly Feed[],
  sinceMs: number,
): Promise<Pick<Store, 'delivered' | 'duplicate'>> {
  const counts = { delivered: 0, duplicate: 0 };
  const since = isoTime(sinceMs);
  for (const feed of feeds)
    for await (const blob of ledger.between(feed, since, endOfTime)) {
      if (blob.state !== 'acknowledged') continue;
      counts.delivered += blob.delivered;
      counts.duplicate += blob.duplicate;
    }
  return counts;
}

/** Content may be dated by a clock that is ahead. */
const endOfTime = '9999-01-01T00:00:00Z';

/** It never rejects, except when the signal aborts: a store that cannot be looked at is not proved, and says why. */
export async function proveStore(
  { output, dataStream, delivered: counted, duplicate }: Store,
  sinceMs: number,
  signal: AbortSignal,
): Promise<StoreProof> {
  const store = `${dataStream} in ${output.name}`;
  // Records that came twice came once: after a replay under a new ledger, that is all it knows.
  const delivered = counted === 0 && duplicate > 0 ? 1 : counted;
  try {
    if (output.type === 'console')
      return { store, delivered, unread: 'what was printed cannot be looked at' };
    const found =
      output.type === 'file'
        ? await countLines(output.options.path, dataStream, sinceMs)
        : await countDocuments(output.options, dataStream, sinceMs, signal);
    return { store, delivered, found };
  } catch (error) {
    signal.throwIfAborted();
    return { store, delivered, unread: describeUnread(explainUnreadable(error, dataStream)) };
  }
}

function describeUnread(error: unknown): string {
  return error instanceof OperatorError ? `${error.message} ${error.advice}` : describeError(error);
}

export function isStored({ delivered, found }: StoreProof): boolean {
  return found !== undefined && found >= delivered;
}

async function countDocuments(
  options: ElasticsearchOptions,
  dataStream: string,
  sinceMs: number,
  signal: AbortSignal,
): Promise<number> {
  const connection = await connect(options);
  try {
    const name = encodeURIComponent(dataStream);
    const refresh = { method: 'POST', path: `/${name}/_refresh`, name: 'indices.refresh' } as const;
    await connection.send(refresh, signal, [403, 404]);
    const count = { path: `/${name}/_count`, body: { query: collectedSince(sinceMs) } };
    const { status, body } = await connection.send(
      { method: 'POST', ...count, name: 'count' },
      signal,
      [404],
    );
    return status !== 404 && isObject(body) && typeof body.count === 'number' ? body.count : 0;
  } finally {
    await connection.close();
  }
}

/** Whole lines of files that were written to since. */
async function countLines(folder: string, dataStream: string, sinceMs: number): Promise<number> {
  let lines = 0;
  for (const entry of existsSync(folder) ? await readdir(folder) : []) {
    if (readFileName(entry)?.series !== dataStream) continue;
    const file = join(folder, entry);
    if ((await stat(file)).mtimeMs < sinceMs) continue;
    for await (const line of splitLines(createReadStream(file))) if (isSince(line, sinceMs)) lines += 1;
  }
  return lines;
}

/** Near the head of the line, see the file output; one without it counts. */
const ingested = /"ingested":"([^"]{20,30})"/;
const headBytes = 2048;

function isSince(line: Buffer, sinceMs: number): boolean {
  if (line[0] !== openingBrace) return false;
  const time = Date.parse(ingested.exec(line.toString('latin1', 0, headBytes))?.[1] ?? '');
  return !(time < sinceMs);
}

const openingBrace = 0x7b;
