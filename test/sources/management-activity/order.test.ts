import { expect, test } from '@jest/globals';
import { startEmulator } from '../../../input/emulator/index.ts';
import { feedOf } from '../../../input/sources/management-activity/stream.ts';
import { IdleClock } from '../../contract/idle-clock.ts';
import { closers, type EmulatedRun, startRun } from './emulated-run.ts';
import { type Following, follow, openBench, sourceOptions } from './harness.ts';

const hour = 3_600_000;
const [busy, quiet] = ['Audit.Exchange', 'Audit.SharePoint'] as const;

interface ListingRun extends Pick<EmulatedRun, 'emulator' | 'bench' | 'clock' | 'follow'> {
  /** Publishes a blob made so many hours ago, and returns its ID; one that is listed is in the ledger already. */
  publish(contentType: string, hoursAgo: number): string;
  list(contentType: string, hoursAgo: number): Promise<string>;
}

async function prepare(): Promise<ListingRun> {
  const run = await startRun({ tenants: [{ content: { records: 0 } }] });
  const { emulator, bench, clock } = run;
  const publish = (contentType: string, hoursAgo: number) => {
    const contentCreated = new Date(clock.now() - hoursAgo * hour).toISOString();
    return emulator.publish({ contentType, generate: 1, contentCreated });
  };
  return {
    ...{ emulator, bench, clock },
    publish: (contentType, hoursAgo) => publish(contentType, hoursAgo).contentId,
    list: async (contentType, hoursAgo) => {
      const { contentId: id, contentUri: data, contentCreated: createdAt } = publish(contentType, hoursAgo);
      const expiresAt = new Date(clock.now() + 24 * hour).toISOString();
      const feed = feedOf(run.optionsOf().tenantId, contentType);
      const mark = { late: false, backfill: false, listedAt: clock.now() };
      await bench.ledger.work.list(feed, [{ id, data, createdAt, expiresAt }], mark);
      return id;
    },
    follow: (over) => run.follow({ contentTypes: [busy, quiet], ...over }),
  };
}

const second = 1 / 3600;

const fetched = ({ collected }: Following) => collected.batches.map(({ origin }) => origin.position);

test('what is new comes first, content types in turn, then what is old, newest first', async () => {
  const run = await prepare();
  const old = [];
  for (const hoursAgo of [70, 60, 50, 40]) old.unshift(await run.list(busy, hoursAgo));
  const oldQuiet = await run.list(quiet, 45);
  const newBusy = [await run.list(busy, 0.5), await run.list(busy, 1)];
  const newQuiet = [await run.list(quiet, 0.6), await run.list(quiet, 1.1)];
  const following = run.follow({ concurrentBlobs: 1 });
  await run.clock.until(() => fetched(following).length === 9, 'all is collected');
  expect(fetched(following)).toEqual([
    newBusy[0],
    newQuiet[0],
    newBusy[1],
    newQuiet[1],
    old[0],
    oldQuiet,
    ...old.slice(1),
  ]);
});

test('what came since the last poll is fetched as it came: what has waited longest waits no longer', async () => {
  const run = await prepare();
  const older = await run.list(busy, 0.5);
  const fresh = [];
  for (const ago of [50, 40, 30, 20, 10]) fresh.push(await run.list(busy, ago * second));
  const following = run.follow({ concurrentBlobs: 1, contentTypes: [busy] });
  await run.clock.until(() => fetched(following).length === 6, 'all is collected');
  expect(fetched(following)).toEqual([...fresh, older]);
});

test('only what is older than each poll reaches can wait for the output', async () => {
  const run = await prepare();
  const old = await run.list(busy, 50);
  const fresh = await run.list(busy, 0.5);
  const following = run.follow({});
  await run.clock.until(() => fetched(following).length === 2, 'both are collected');
  const canWait = following.collected.batches.map((batch) => [batch.origin.position, batch.canWait]);
  expect(Object.fromEntries(canWait)).toEqual({ [old]: true, [fresh]: false });
});

test('after the first polls, content types are spread over the interval', async () => {
  const clock = new IdleClock();
  const emulator = await startEmulator({ clock, tenants: [{ content: { records: 0 } }] });
  closers.push(() => emulator.close());
  const bench = await openBench({ clock, random: () => 0.5 });
  closers.push(() => bench.close());
  const [tenant] = emulator.tenants;
  if (tenant === undefined) throw new Error('no tenant');
  const contentTypes = [busy, quiet];
  const options = sourceOptions(emulator.url, tenant, { contentTypes, initialIntervalMs: hour });
  const following = follow(bench, options);
  closers.push(() => following.stop());
  const begun = clock.now();
  const polls = () =>
    [...emulator.requests.entries()]
      .filter(({ operation }) => operation === 'content')
      .map(({ contentType, at }) => [contentType, (Date.parse(at) - begun) / 1000]);
  await clock.until(() => polls().length === 2, 'both were polled at once');
  await clock.until(() => polls().length === 6, 'both were polled twice more');
  expect(polls().slice(2)).toEqual([
    [busy, 15],
    [quiet, 45],
    [busy, 75],
    [quiet, 105],
  ]);
});

test('what is new is collected while old content holds every other place', async () => {
  const run = await prepare();
  for (let hoursAgo = 100; hoursAgo < 120; hoursAgo++) await run.list(busy, hoursAgo);
  run.emulator.setFaults([
    { match: { operation: 'blob' }, times: 7, fault: { kind: 'hang', when: 'before-headers' } },
  ]);
  const following = run.follow({ concurrentBlobs: 8 });
  await run.clock.until(() => run.emulator.faults()[0]?.fired === 7, 'seven places are held');
  const found = run.publish(quiet, 0);
  await run.clock.until(() => fetched(following).includes(found), 'the new content is collected');
  expect(fetched(following)).toEqual([found]);
});

test('new content is chosen when there is room for it, not before', async () => {
  const run = await prepare();
  const old = await run.list(busy, 50);
  const feed = feedOf(run.emulator.tenants[0]?.tenantId ?? '', busy);
  const { budget, work } = run.bench.environment;
  const { signal } = new AbortController();
  // All of it: what is due has to wait for room.
  await budget.acquire(64 << 20, signal);
  const following = run.follow({ concurrentBlobs: 1 });
  await run.clock.until(
    () => run.emulator.requests.counts().byOperation.content !== undefined,
    'it is listed',
  );
  const found = run.publish(busy, 0);
  await run.clock.until(async () => (await work.countByState(feed)).listed === 2, 'both wait');
  budget.release(64 << 20);
  await run.clock.until(() => fetched(following).length === 2, 'both are collected');
  expect(fetched(following)).toEqual([found, old]);
});

/** What asks for a window that began so many days ago. */
function olderBy(clock: { now(): number }, ...days: number[]): string {
  return days
    .map((count) => `startTime=${new Date(clock.now() - count * 24 * hour).toISOString().slice(0, 11)}`)
    .join('|');
}

const polls = ({ emulator }: ListingRun) => emulator.requests.counts().byOperation.content ?? 0;

test('history of one content type at a time is asked for, beside the polls of all', async () => {
  const run = await prepare();
  const path = olderBy(run.bench.environment.clock, 2, 3, 4);
  run.emulator.setFaults([
    { match: { operation: 'content', path }, fault: { kind: 'hang', when: 'before-headers' } },
  ]);
  const asked = () => run.emulator.faults()[0]?.fired;
  run.follow({});
  await run.clock.until(() => asked() === 1, 'history is asked for');
  const before = polls(run);
  await run.clock.until(() => polls(run) > before + 6, 'both are polled again and again');
  expect(asked()).toBe(1);
});

test('history that cannot be listed holds up that of no other content type', async () => {
  const run = await prepare();
  const path = olderBy(run.bench.environment.clock, 2, 3, 4, 5, 6, 7);
  run.emulator.setFaults([
    { match: { operation: 'content', contentType: busy, path }, fault: { kind: 'af', code: 'AF50000' } },
  ]);
  const found = run.publish(quiet, 150);
  const following = run.follow({});
  await run.clock.until(() => fetched(following).includes(found), 'the other history is collected');
  expect(run.bench.recorder.current(busy)).toMatchObject({ code: 'AF50000' });
});
