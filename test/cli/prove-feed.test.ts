import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { proveFeed } from '../../input/cli/prove/prove-feed.ts';
import { openState } from '../../input/runtime/open-state.ts';
import type { Inventory, ListedItem } from '../../input/sources/source-kind.ts';
import { noon, recordingLog, steppingClock } from '../state/state-folder.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const feed = { tenant: 'tenant', source: 'management-activity', name: 'Audit.General' };
const minute = 60_000;
const window = { from: noon - 60 * minute, to: noon };
const at = (minutes: number) => new Date(noon - minutes * minute).toISOString();
const item = (position: string, minutes: number): ListedItem => ({ position, createdAt: at(minutes) });

/** A ledger that has seen the items, made so many minutes ago. */
async function ledgerWith(known: Record<string, number>) {
  const folder = mkdtempSync(join(tmpdir(), 'm365-prove-'));
  closers.push(() => rmSync(folder, { recursive: true, force: true }));
  const ledger = await openState({ folder, clock: steppingClock(), log: recordingLog() });
  closers.push(() => ledger.close());
  const blobs = Object.entries(known).map(([id, minutes]) => ({
    id,
    data: '',
    createdAt: at(minutes),
    expiresAt: at(-1000),
  }));
  await ledger.work.list(feed, blobs, { late: false, backfill: false, listedAt: noon });
  return ledger.work;
}

function listing(...pages: readonly (readonly ListedItem[])[]): Inventory {
  return {
    tenantId: feed.tenant,
    async list(_, { from, to }, onItems) {
      const isWithin = ({ createdAt }: ListedItem) =>
        Date.parse(createdAt) >= from && Date.parse(createdAt) < to;
      for (const page of pages) await onItems(page.filter(isWithin));
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

test('an item that is listed again counts once, and is missing once', async () => {
  const ledger = await ledgerWith({ a: 10 });
  const pages = [[item('a', 10), item('b', 9)], [item('b', 9)], [item('a', 10)]];
  const handed: string[] = [];
  const proof = await proveFeed(
    listing(...pages),
    { ledger, feed, window, service: 'Microsoft', letters: new Map() },
    async (items) => void handed.push(...items.map(({ position }) => position)),
  );
  expect(proof.listed).toBe(2);
  expect(proof.open.map(({ contentId, state }) => [contentId, state])).toEqual([
    ['b', 'missing'],
    ['a', 'pending'],
  ]);
  expect(handed).toEqual(['a', 'b']);
});

test('an item that the service dates otherwise than before is not missing', async () => {
  const ledger = await ledgerWith({ a: 10 });
  const known = { ledger, feed, window, service: 'Microsoft', letters: new Map<string, number>() };
  const { open } = await proveFeed(listing([item('a', 30)]), known);
  expect(open.map(({ state }) => state)).toEqual(['pending']);
});
