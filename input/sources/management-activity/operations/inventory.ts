// Lists the content that Microsoft has of a tenant now, for `m365 prove`: by the collector's own listing, page by page.

import type { Clock } from '../../../contract/clock.ts';
import { OperatorError } from '../../../contract/errors.ts';
import type { Feed } from '../../../contract/feed.ts';
import { textsOf } from '../../../contract/records.ts';
import type { Item } from '../../../contract/state.ts';
import { RecordSplitter } from '../../../json-stream/record-splitter.ts';
import type { Asking, Inventory, ListedItem } from '../../source-kind.ts';
import { listWindow } from '../listing/list-window.ts';
import type { PageReader } from '../listing/read-page.ts';
import { cutNewestFirst } from '../listing/windows.ts';
import type { OpenTenant } from '../open-tenant.ts';
import type { ManagementActivityOptions } from '../options.ts';
import { feedOf } from '../stream.ts';
import { reachTenant } from './reach-tenant.ts';

const dlp = { feed: 'DLP.All', role: 'ActivityFeed.ReadDlp' };

/** Rejects where the tenant is not found or no token comes: then nothing can be asked. */
export async function takeInventory(
  options: ManagementActivityOptions,
  { signal, clock }: Asking,
): Promise<Inventory> {
  await using opening = new AsyncDisposableStack();
  const tenant = opening.use(await reachTenant(options, signal, clock));
  await tenant.tokens.token(signal);
  const open = opening.move();
  return {
    tenantId: tenant.tenantId,
    withheld: (feed) =>
      feed === dlp.feed && tenant.tokens.claims?.roles.includes(dlp.role) === false
        ? `not permitted: the application has no ${dlp.role}`
        : undefined,
    async list(feed, window, onItems) {
      const onBlobs = (blobs: readonly Item[]) => onItems(blobs.map(toItem));
      const reader = listing(tenant, feedOf(tenant.tenantId, feed), clock, onBlobs);
      for (const part of cutNewestFirst(window)) await listWindow(reader, part, signal);
    },
    read: (feed, item) =>
      readContent(tenant, feedOf(tenant.tenantId, feed), item, options.maximumRecordBytes, signal),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

/** Reads a listing, and leaves out what names no content: the collector tells of it. */
export function listing(
  { api }: Pick<OpenTenant, 'api'>,
  feed: Feed,
  clock: Clock,
  onBlobs: PageReader['onBlobs'],
): PageReader {
  return { api, feed, clock, random: Math.random, onBlobs, onUnreadable: async () => undefined };
}

function toItem({ id, data, createdAt }: Item): ListedItem {
  return { position: id, createdAt, address: data };
}

async function* readContent(
  { api }: OpenTenant,
  feed: Feed,
  { position, address = '' }: ListedItem,
  maximumRecordBytes: number,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const splitter = new RecordSplitter({ maximumRecordBytes, onOversized: () => undefined });
  const response = await api.fetchBlob(feed, { id: position, data: address }, signal);
  for await (const chunk of response.body) {
    splitter.push(chunk);
    yield* textsOf(splitter.take());
    if (splitter.isOver) break;
  }
  const end = splitter.end();
  yield* textsOf(splitter.take());
  if (end.kind !== 'complete') throw brokenOff(position);
}

function brokenOff(contentId: string): OperatorError {
  return new OperatorError({
    code: 'truncated-body',
    message: `the content ${contentId} could not be read to its end.`,
    advice: 'Try again.',
    retry: { kind: 'later' },
  });
}
