// Reads one page of a listing as it streams in, and puts its blobs into the ledger.

import { OperatorError } from '../../../contract/errors.ts';
import type { ListedBlob } from '../../../contract/state.ts';
import { excerptOf, type HttpResponse } from '../../../http/exchange.ts';
import { RecordSplitter } from '../../../json-stream/record-splitter.ts';
import { readApiError } from '../api/api-error.ts';
import { type ContentScope, isoTime, type Stream } from '../stream.ts';

const descriptorBytes = 64 * 1024;
const descriptorsAtOnce = 500;
const week = 7 * 24 * 3_600_000;

export interface PageReader {
  readonly stream: Stream;
  readonly scope: ContentScope;
  readonly isLate: (contentCreated: number) => boolean;
  readonly isBackfill: (contentCreated: number) => boolean;
  /** Called as pages are read, also when a later page fails: how many were listed, and how many of these were new. */
  readonly onFound: (found: number, isNew: number) => Promise<void>;
  /** Called with what was listed and names no content that could be fetched. */
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
    if (splitter.count >= descriptorsAtOnce) await keepBlobs(reader, splitter.take(), unreadable);
    if (splitter.isOver) break;
  }
  await keepBlobs(reader, splitter.take(), unreadable);
  if (unreadable.length > 0) await reader.onUnreadable(unreadable);
  const end = splitter.end();
  if (end.kind === 'complete') return;
  if (end.kind === 'foreign' && /^\s*\{/.test(end.text)) throw readApiError(end.text, 200, undefined);
  throw new OperatorError({
    code: 'broken-page',
    message: `A page of the listing of ${reader.scope.name} ${end.kind === 'foreign' ? `is no list, but: ${excerptOf(end.text)}` : 'broke off'}.`,
    advice: 'It is asked for again.',
    retry: { kind: 'later' },
  });
}

async function keepBlobs(
  reader: PageReader,
  texts: readonly string[],
  unreadable: Unreadable[],
): Promise<void> {
  const { ledger, telemetry, clock } = reader.stream.environment;
  const { scope } = reader;
  const blobs = texts.flatMap((text) => readDescriptor(reader, text, unreadable));
  let isNew = 0;
  for (const { late, backfill, members } of groupByMark(reader, blobs)) {
    const added = (await ledger.list(scope, members, { late, backfill, listedAt: clock.now() })).length;
    isNew += added;
    if (added > 0) telemetry.count(scope, 'items_listed', added);
    if (added > 0 && late) telemetry.count(scope, 'items_late', added);
  }
  await reader.onFound(blobs.length, isNew);
}

interface MarkedBlobs {
  readonly late: boolean;
  readonly backfill: boolean;
  readonly members: ListedBlob[];
}

function groupByMark(
  { isLate, isBackfill }: PageReader,
  blobs: readonly ListedBlob[],
): Iterable<MarkedBlobs> {
  const groups = new Map<string, MarkedBlobs>();
  for (const blob of blobs) {
    const created = Date.parse(blob.contentCreated);
    const [late, backfill] = [isLate(created), isBackfill(created)];
    const group = groups.get(`${late} ${backfill}`) ?? { late, backfill, members: [] };
    group.members.push(blob);
    groups.set(`${late} ${backfill}`, group);
  }
  return groups.values();
}

function readDescriptor(reader: PageReader, text: string, unreadable: Unreadable[]): ListedBlob[] {
  const fields = parseObject(text);
  const read = (name: string) => (typeof fields[name] === 'string' ? fields[name] : undefined);
  const contentId = read('contentId') ?? '';
  const created = parseUtc(read('contentCreated'));
  if (contentId === '') {
    unreadable.push({ created, excerpt: excerptOf(text) });
    return [];
  }
  const expires = parseUtc(read('contentExpiration'));
  const start = Number.isNaN(created) ? reader.stream.environment.clock.now() : created;
  return [
    {
      contentId,
      contentUri: read('contentUri') ?? '',
      contentCreated: isoTime(start),
      contentExpiration: isoTime(Number.isNaN(expires) ? start + week : expires),
    },
  ];
}

/** A time without a zone is UTC, here as everywhere in this API. */
function parseUtc(text: string | undefined): number {
  if (text === undefined) return Number.NaN;
  return Date.parse(/[Zz]|[+-]\d\d:?\d\d$/.test(text) ? text : `${text}Z`);
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
