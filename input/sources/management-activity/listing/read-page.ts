// Reads one page of a listing as it streams in, and hands out the blobs that it names. The caller decides about these:
// the collector keeps them in the ledger, a proof compares them with it.

import { parseObject } from '../../../../pipelines/json/unknown.ts';
import type { Clock } from '../../../contract/clock.ts';
import { OperatorError } from '../../../contract/errors.ts';
import type { Feed } from '../../../contract/feed.ts';
import { type Records, textsOf } from '../../../contract/records.ts';
import type { Item } from '../../../contract/state.ts';
import { dayMs, isoTime } from '../../../contract/time.ts';
import { excerptOf, type HttpResponse } from '../../../http/exchange.ts';
import { RecordSplitter } from '../../../json-stream/record-splitter.ts';
import type { ManagementApi } from '../api/api.ts';
import { readApiError } from '../api/api-error.ts';

const descriptorBytes = 64 * 1024;
const descriptorsAtOnce = 500;
const weekMs = 7 * dayMs;

export interface PageReader {
  readonly api: ManagementApi;
  readonly feed: Feed;
  readonly clock: Clock;
  readonly random: () => number;
  /** It is called as pages are read, also when a later page fails. A blob may come again, with a page that is read again. */
  readonly onBlobs: (blobs: readonly Item[]) => Promise<void>;
  /** It is called with descriptors that were listed and name no content that could be fetched. */
  readonly onUnreadable: (descriptors: readonly Unreadable[]) => Promise<void>;
}

export interface Unreadable {
  /** Milliseconds since the epoch; not a number where it does not say. */
  readonly created: number;
  readonly excerpt: string;
}

export async function readPage(reader: PageReader, response: HttpResponse): Promise<void> {
  const unreadable: Unreadable[] = [];
  const splitter = new RecordSplitter({
    maximumRecordBytes: descriptorBytes,
    onOversized: (piece, last) => {
      const excerpt = `…${excerptOf(Buffer.from(piece).toString('latin1'))}, of more than ${descriptorBytes} bytes`;
      if (last) unreadable.push({ created: Number.NaN, excerpt });
    },
  });
  for await (const chunk of response.body) {
    splitter.push(chunk);
    if (splitter.count >= descriptorsAtOnce) await handOut(reader, splitter.take(), unreadable);
    if (splitter.isOver) break;
  }
  await handOut(reader, splitter.take(), unreadable);
  if (unreadable.length > 0) await reader.onUnreadable(unreadable);
  const end = splitter.end();
  if (end.kind === 'complete') return;
  if (end.kind === 'foreign' && /^\s*\{/.test(end.text)) throw readApiError(end.text, 200, undefined);
  throw new OperatorError({
    code: 'broken-page',
    message: `A page of the listing of ${reader.feed.name} ${end.kind === 'foreign' ? `is no list, but: ${excerptOf(end.text)}` : 'broke off'}.`,
    advice: 'It is asked for again.',
    retry: { kind: 'later' },
  });
}

async function handOut(reader: PageReader, descriptors: Records, unreadable: Unreadable[]): Promise<void> {
  await reader.onBlobs([...textsOf(descriptors)].flatMap((text) => readDescriptor(reader, text, unreadable)));
}

function readDescriptor(reader: PageReader, text: string, unreadable: Unreadable[]): Item[] {
  const fields = parseObject(text) ?? {};
  const read = (name: string) => (typeof fields[name] === 'string' ? fields[name] : undefined);
  const contentId = read('contentId') ?? '';
  const created = parseUtc(read('contentCreated'));
  if (contentId === '') {
    unreadable.push({ created, excerpt: excerptOf(text) });
    return [];
  }
  const expires = parseUtc(read('contentExpiration'));
  const start = Number.isNaN(created) ? reader.clock.now() : created;
  return [
    {
      id: contentId,
      data: read('contentUri') ?? '',
      createdAt: isoTime(start),
      expiresAt: isoTime(Number.isNaN(expires) ? start + weekMs : expires),
    },
  ];
}

/** A time without a zone is UTC, here as everywhere in this API. */
function parseUtc(text: string | undefined): number {
  if (text === undefined) return Number.NaN;
  return Date.parse(/[Zz]|[+-]\d\d:?\d\d$/.test(text) ? text : `${text}Z`);
}
