import { describe, expect, test } from '@jest/globals';
import type { BufferPool } from '../../../input/concurrency/buffer-pool.ts';
import { sizedBuffers } from '../../../input/concurrency/sized-buffers.ts';
import type { WorkLedger } from '../../../input/contract/state.ts';
import { type EmulatorOptions, startEmulator } from '../../../input/emulator/index.ts';
import type { ManagementActivityOptions } from '../../../input/sources/management-activity/options.ts';
import { openSource } from '../../../input/sources/management-activity/source.ts';
import { facts, feedOf } from '../../../input/sources/management-activity/stream.ts';
import { IdleClock } from '../../contract/idle-clock.ts';
import { until } from '../../end-to-end/harness.ts';
import { readAll } from '../../state/state-folder.ts';
import { closers, type EmulatedRun, startRun } from './emulated-run.ts';
import {
  collectAll,
  distinctIds,
  type Following,
  follow,
  openBench,
  sourceOptions,
  untilListed,
} from './harness.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

interface PublishingRun extends EmulatedRun {
  readonly options: ManagementActivityOptions;
  /** Publishes a blob of two records, made and listed so long ago. */
  publish(madeAgoMs?: number): string;
}

const contentType = 'Audit.General';

async function prepare(over: EmulatorOptions = {}): Promise<PublishingRun> {
  const run = await startRun({ tenants: [{ content: { records: 0 } }], ...over });
  const { emulator } = run;
  const two = { contentTypes: [contentType, 'Audit.Exchange'] as const };
  return {
    ...run,
    options: run.optionsOf(two),
    follow: (more) => run.follow({ ...two, ...more }),
    publish: (madeAgoMs = 0) => {
      const contentCreated = new Date(emulator.time.now() - madeAgoMs).toISOString();
      return emulator.publish({ contentType, generate: 2, contentCreated }).contentId;
    },
  };
}

const has = (following: Following, contentId: string) =>
  following.collected.records.filter((record) => record.contentId === contentId).length === 2;

/** A ledger that finds nothing due only after `before` has happened. */
function withSlowTake(ledger: WorkLedger, before: () => Promise<void>): WorkLedger {
  const take: WorkLedger['take'] = async (...asked) => {
    const found = await ledger.take(...asked);
    if (found.length === 0) await before();
    return found;
  };
  return new Proxy(ledger, {
    get(target, name) {
      if (name === 'take') return take;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

const polled = ({ bench, options }: PublishingRun) =>
  untilListed(bench, feedOf(options.tenantId, contentType));

describe('content', () => {
  test('that is new is collected within a poll, and is no backfill', async () => {
    const run = await prepare();
    const before = run.publish(hour);
    const following = run.follow();
    await run.clock.until(() => has(following, before), 'what was there before is collected');
    const after = run.publish();
    await run.clock.until(() => has(following, after), 'the new content is collected');
    const backfill = Object.fromEntries(
      following.collected.batches.map(({ origin }) => [origin.position, origin.backfill]),
    );
    expect(backfill).toEqual({ [before]: true, [after]: false });
    expect(run.bench.recorder.counted('items_late')).toBe(0);
  });

  test('older than the initial interval is left alone, by later polls too', async () => {
    const run = await prepare();
    const before = run.publish(10 * minute);
    const following = run.follow({ initialIntervalMs: 0 });
    const feed = feedOf(run.options.tenantId, contentType);
    const isBegun = async () => (await run.bench.ledger.checkpoints.get(feed, facts.watermark)) !== undefined;
    await run.clock.until(isBegun, 'the first listing is done');
    const after = run.publish();
    await run.clock.until(() => has(following, after), 'the new content is collected');
    expect(has(following, before)).toBe(false);
  });

  test('that is listed late is found by the overlap, and counted', async () => {
    const run = await prepare();
    const following = run.follow();
    await polled(run);
    const late = run.publish(90 * minute);
    await run.clock.until(() => has(following, late), 'late content is collected');
    expect(run.bench.recorder.counted('items_late', contentType)).toBe(1);
  });

  test('that is listed days late is found by the daily listing', async () => {
    const run = await prepare();
    const following = run.follow();
    await polled(run);
    const late = run.publish(3 * day);
    await run.clock.pass(3 * hour);
    expect(has(following, late)).toBe(false);
    run.clock.advance(day);
    await run.clock.until(() => has(following, late), 'very late content is collected');
    expect(run.bench.recorder.counted('items_late', contentType)).toBe(1);
  });

  test('about to leave the seven days is found by the hourly listing of their edge', async () => {
    const run = await prepare();
    const following = run.follow();
    await polled(run);
    const late = run.publish(7 * day - 100 * minute);
    run.clock.advance(hour);
    await run.clock.until(() => has(following, late), 'content at the edge is collected');
  });

  test('made in the future is collected when its time comes', async () => {
    const run = await prepare();
    const following = run.follow();
    await polled(run);
    const early = run.publish(-10 * minute);
    run.clock.advance(15 * minute);
    await run.clock.until(() => has(following, early), 'content of the future is collected');
  });

  test('that is listed just while the ledger is asked for more is collected', async () => {
    const run = await prepare();
    let missed: string | undefined;
    const isListed = async (id: string) => {
      const feed = feedOf(run.options.tenantId, contentType);
      const known = await readAll(run.bench.ledger.work.between(feed, '2000', '2100'));
      return known.some((item) => item.id === id);
    };
    const work = withSlowTake(run.bench.ledger.work, async () => {
      if (missed !== undefined || following.collected.records.length === 0) return;
      missed = run.publish(minute);
      await until(() => isListed(missed ?? ''));
      await new Promise((resolve) => setImmediate(resolve));
    });
    const environment = { ...run.bench.environment, work };
    const options = { ...run.options, contentTypes: [contentType] };
    const following = follow({ ...run.bench, environment }, options);
    closers.push(() => following.stop());
    run.publish(hour);
    await run.clock.until(() => missed !== undefined && has(following, missed), 'it is collected');
  });

  test('is fetched newest first', async () => {
    const run = await prepare();
    const ids = Array.from({ length: 40 }, (_, at) => run.publish((43 - at) * minute));
    const following = run.follow({ concurrentBlobs: 1 });
    await run.clock.until(() => following.collected.batches.length === 40, 'all is collected');
    expect(following.collected.batches.map(({ origin }) => origin.position)).toEqual(ids.toReversed());
  });
});

test('history that cannot be listed is shown until it can, whatever becomes of new content', async () => {
  const run = await prepare();
  const old = run.publish(3 * day);
  const startsBefore = (from: number) => `startTime=${new Date(from).toISOString().slice(0, 11)}`;
  const path = [2, 3, 4].map((days) => startsBefore(run.clock.now() - days * day)).join('|');
  run.emulator.setFaults([{ match: { operation: 'content', path }, fault: { kind: 'af', code: 'AF50000' } }]);
  const following = run.follow({ contentTypes: [contentType] });
  const current = () => run.bench.recorder.current(contentType);
  await run.clock.until(() => current()?.code === 'AF50000', 'it is reported');
  const polls = run.emulator.requests.counts().byOperation.content ?? 0;
  await run.clock.until(
    () => (run.emulator.requests.counts().byOperation.content ?? 0) > polls + 10,
    'new is listed',
  );
  expect(current()).toMatchObject({ health: 'degraded', message: expect.stringMatching(/^Older content/) });
  expect(run.bench.recorder.lines.filter(({ message }) => message.includes('has recovered'))).toEqual([]);
  run.emulator.setFaults([]);
  await run.clock.until(() => has(following, old), 'history is collected');
  await run.clock.until(() => current()?.health === 'healthy', 'it has recovered');
});

test('a listing of all seven days that is refused at their edge is done with', async () => {
  const run = await prepare();
  run.follow({ contentTypes: [contentType] });
  await polled(run);
  const edge = new Date(run.clock.now() - 6 * day).toISOString().slice(0, 10);
  const path = `startTime=${edge}`;
  run.emulator.setFaults([{ match: { operation: 'content', path }, fault: { kind: 'af', code: 'AF20055' } }]);
  run.clock.advance(day);
  const feed = feedOf(run.options.tenantId, contentType);
  const isListed = async () =>
    Date.parse((await run.bench.ledger.checkpoints.get(feed, facts.lastFullListing)) ?? '') >
    run.clock.now() - hour;
  await run.clock.until(isListed, 'all seven days are listed again');
  expect(run.emulator.faults()[0]?.fired).toBeGreaterThan(0);
  expect(run.bench.recorder.current(contentType)?.code).not.toBe('AF20055');
});

describe('after a restart', () => {
  test('nothing is fetched twice, and listing goes on where it was', async () => {
    const run = await prepare();
    run.publish(2 * day);
    run.publish(hour);
    const first = run.follow();
    await run.clock.until(() => first.collected.batches.length === 2, 'the first run is done');
    await first.stop();
    run.clock.advance(6 * hour);
    const between = run.publish(3 * hour);
    const second = run.follow({ initialIntervalMs: 0 });
    await run.clock.until(() => has(second, between), 'what came meanwhile is collected');
    expect(second.collected.batches).toHaveLength(1);
    expect(run.emulator.requests.counts().byOperation.blob).toBe(3);
  });

  test('older than seven days, the unreachable stretch is a gap, and said so', async () => {
    const run = await prepare();
    const first = run.follow({ contentTypes: [contentType] });
    await polled(run);
    await first.stop();
    run.clock.advance(10 * day);
    const unreachable = run.publish(8 * day);
    const reachable = [run.publish(6 * day), run.publish(3 * day), run.publish(hour)];
    const second = run.follow({ contentTypes: [contentType] });
    await run.clock.until(() => reachable.every((id) => has(second, id)), 'the reachable is collected');
    await run.clock.until(() => run.bench.recorder.counted('gaps') === 1, 'the gap is recorded');
    const feed = feedOf(run.options.tenantId, contentType);
    const gaps = await run.bench.ledger.work.gapsBetween(
      feed,
      '2000-01-01T00:00:00Z',
      '2100-01-01T00:00:00Z',
    );
    expect(gaps).toHaveLength(1);
    const [gap] = gaps;
    const length = Date.parse(gap?.to ?? '') - Date.parse(gap?.from ?? '');
    expect(Math.abs(length - 3 * day)).toBeLessThan(hour);
    expect(has(second, unreachable)).toBe(false);
    expect(run.bench.recorder.counted('gaps', contentType)).toBe(1);
    expect(run.bench.recorder.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
    expect(run.bench.recorder.current(contentType)).toMatchObject({ health: 'degraded', code: 'gap' });
    await polled(run);
    // Before the jump: a request on its way then may arrive with a token of yesterday.
    expect(run.emulator.requests.counts().misuse).toEqual({});
    run.clock.advance(day + minute);
    const isHealthy = () => run.bench.recorder.current(contentType)?.health === 'healthy';
    await run.clock.until(isHealthy, 'it is no longer news');
  });

  test('a watermark from the future is not believed', async () => {
    const run = await prepare();
    const first = run.follow();
    await polled(run);
    await first.stop();
    const feed = feedOf(run.options.tenantId, contentType);
    await run.bench.ledger.checkpoints.set(
      feed,
      facts.watermark,
      new Date(run.clock.now() + 3 * day).toISOString(),
    );
    const missed = run.publish(2 * day);
    const second = run.follow();
    await run.clock.until(() => has(second, missed), 'what the watermark hid is collected');
    expect(run.bench.recorder.lines.some(({ message }) => message.includes('in the future'))).toBe(true);
  });

  test('where it cannot be read what was never listed, all seven days are listed again', async () => {
    const run = await prepare();
    const first = run.follow();
    await polled(run);
    await first.stop();
    const feed = feedOf(run.options.tenantId, contentType);
    await run.bench.ledger.checkpoints.set(feed, facts.unlisted, '[["2026-');
    const missed = run.publish(2 * day);
    const second = run.follow();
    await run.clock.until(() => has(second, missed), 'what may never have been listed is collected');
  });

  test('what was in flight is yielded again, and is uncertain', async () => {
    const run = await prepare();
    const id = run.publish(hour);
    const first = run.follow();
    first.settling = false;
    await run.clock.until(() => has(first, id), 'the first run has it');
    await first.stop();
    const bench = await run.bench.reopen();
    closers.push(() => bench.close());
    expect(bench.environment.uncleanStart).toBe(false);
    const second = follow(bench, run.options);
    closers.push(() => second.stop());
    run.clock.advance(2 * minute);
    const other = run.publish();
    await run.clock.until(() => has(second, id) && has(second, other), 'the second run has it too');
    const uncertain = second.collected.batches.map((batch) => [batch.origin.position, batch.uncertain]);
    expect(Object.fromEntries(uncertain)).toEqual({ [id]: true, [other]: false });
    const feed = feedOf(run.options.tenantId, contentType);
    const find = async () => {
      const known = await readAll(bench.ledger.work.between(feed, '2000', '2100'));
      return known.find((item) => item.id === id);
    };
    await run.clock.until(async () => (await find())?.state === 'acknowledged', 'it is acknowledged');
    expect(await find()).toMatchObject({ delivered: 2 });
  });

  test('what is older than the first run is uncertain also in a later one: another ledger may have known it', async () => {
    const run = await prepare();
    const first = run.follow();
    const known = run.publish(hour);
    await run.clock.until(() => has(first, known), 'the first run is on its way');
    await first.stop();
    const bench = await run.bench.reopen();
    closers.push(() => bench.close());
    expect(bench.environment.uncleanStart).toBe(false);
    const second = follow(bench, run.options);
    closers.push(() => second.stop());
    const old = run.publish(2 * hour);
    await run.clock.until(() => has(second, old), 'the second run has it');
    const marks = second.collected.batches.map(({ uncertain, mayBeOfOthers }) => [uncertain, mayBeOfOthers]);
    expect(marks).toEqual([[true, true]]);
  });

  test('after an unclean end, only what Microsoft made before this start is uncertain', async () => {
    const run = await prepare();
    expect(run.bench.environment.uncleanStart).toBe(true);
    const before = run.publish(hour);
    const following = run.follow();
    await run.clock.until(() => has(following, before), 'what was there before is collected');
    run.clock.advance(2 * minute);
    const after = run.publish();
    await run.clock.until(() => has(following, after), 'the new content is collected');
    expect(following.collected.batches.map(({ uncertain }) => uncertain)).toEqual([true, false]);
  });
});

describe('stopping', () => {
  test('ends at once, and what is settled afterwards is acknowledged before the settling resolves', async () => {
    const run = await prepare();
    const id = run.publish(hour);
    const following = run.follow();
    following.settling = false;
    await run.clock.until(() => has(following, id), 'it has a batch');
    await following.stop();
    const [batch] = following.collected.batches;
    await batch?.settle({ delivered: 1, duplicate: 1, deadLettered: 0 });
    const [blob] = await readAll(
      run.bench.ledger.work.between(feedOf(run.options.tenantId, contentType), '2000', '2100'),
    );
    expect(blob).toMatchObject({ state: 'acknowledged', delivered: 1, duplicate: 1 });
    expect(run.bench.environment.budget.held).toBe(0);
  });

  test('in the middle of bodies leaves them to be fetched again', async () => {
    const run = await prepare();
    const ids = Array.from({ length: 20 }, (_, at) => run.publish(at * minute));
    run.emulator.setFaults([
      { match: { operation: 'blob' }, fault: { kind: 'hang', when: 'in-body', bytes: 2000 } },
    ]);
    const first = run.follow();
    await run.clock.until(
      () => (run.emulator.requests.counts().byOperation.blob ?? 0) === 8,
      'eight bodies hang',
    );
    await first.stop();
    expect(run.bench.environment.budget.held).toBe(0);
    expect(first.collected.batches).toHaveLength(0);
    run.emulator.setFaults([]);
    const second = run.follow();
    await run.clock.until(() => ids.every((id) => has(second, id)), 'all is collected');
  });
});

test('batches that nobody takes any more free their room', async () => {
  const run = await prepare();
  for (let at = 0; at < 10; at++) run.publish(at * minute);
  const stop = new AbortController();
  const source = openSource(run.options, { ...run.bench.environment, once: false });
  const batches = source.batches(stop.signal)[Symbol.asyncIterator]();
  const first = await batches.next();
  await run.clock.until(() => run.bench.recorder.counted('records_fetched') === 20, 'all are fetched');
  stop.abort();
  expect(await batches.next()).toEqual({ done: true, value: undefined });
  expect(run.bench.environment.budget.held).toBe(first.value?.records.bytes.length);
});

test('the buffer of a batch is used again once the batch is settled, and not before', async () => {
  const run = await prepare();
  run.publish(minute);
  const pool = sizedBuffers(1 << 20);
  const released: ArrayBufferLike[] = [];
  const buffers: BufferPool = (bytes) => {
    const { buffer, release } = pool(bytes);
    const giveBack = () => {
      released.push(buffer.buffer);
      release();
    };
    return { buffer, release: giveBack };
  };
  const { environment } = run.bench;
  const source = openSource(run.options, { ...environment, shared: { ...environment.shared, buffers } });
  for await (const { records, settle } of source.batches(new AbortController().signal)) {
    const { buffer } = records.bytes;
    expect(released).not.toContain(buffer);
    const settled = settle({ delivered: records.count, duplicate: 0, deadLettered: 0 });
    expect(released).toContain(buffer);
    await settled;
  }
  expect(released.length).toBeGreaterThan(0);
});

describe('a collector that falls behind', () => {
  test('is given no more than the budget, and the rest when it catches up', async () => {
    const clock = new IdleClock();
    const emulator = await startEmulator({
      clock,
      tenants: [{ content: { records: 4000, recordsPerBlob: 200, shares: { [contentType]: 1 } } }],
    });
    closers.push(() => emulator.close());
    const limit = 2 << 20;
    const bench = await openBench({ clock, budgetBytes: limit });
    closers.push(() => bench.close());
    const [tenant] = emulator.tenants;
    if (tenant === undefined) throw new Error('no tenant');
    const following = follow(bench, sourceOptions(emulator.url, tenant, { contentTypes: [contentType] }));
    closers.push(() => following.stop());
    following.settling = false;
    const held = () => bench.environment.budget.held;
    await clock.until(() => following.collected.batches.length > 2, 'batches wait');
    const largestBatch = 512 << 10;
    await clock.until(() => held() > limit - largestBatch, 'no further batch finds room');
    expect(held()).toBeLessThanOrEqual(limit);
    expect(emulator.requests.counts().byOperation.blob).toBeLessThan(20);
    following.settling = true;
    const waiting = [...following.collected.batches];
    for (const batch of waiting)
      await batch.settle({ delivered: batch.records.count, duplicate: 0, deadLettered: 0 });
    await clock.until(() => following.collected.records.length === 4000, 'all is collected');
    await clock.until(() => held() === 0, 'the budget is free');
  });
});

describe('records larger than the limit', () => {
  test('go raw to the dead letters, and the rest is delivered', async () => {
    const run = await prepare();
    const texts = [
      '{"Id":"small","CreationTime":"2026-11-20T07:58:41"}',
      JSON.stringify({ Id: 'big', Data: 'x'.repeat(200_000) }),
    ];
    const { contentId } = run.emulator.publish({ contentType, texts });
    run.clock.advance(minute);
    const collected = await collectAll(run.bench, { ...run.options, maximumRecordBytes: 65_536 });
    expect(collected.records.map(({ text }) => text)).toEqual(texts.slice(0, 1));
    expect(run.bench.letters.streamed.map(({ bytes }) => bytes.toString())).toEqual(texts.slice(1));
    expect(run.bench.letters.streamed[0]?.origin.position).toBe(contentId);
    const [blob] = await readAll(
      run.bench.ledger.work.between(feedOf(run.options.tenantId, contentType), '2000', '2100'),
    );
    expect(blob).toMatchObject({ state: 'acknowledged', delivered: 1, deadLettered: 1 });
  });

  test('are kept up to a bound, and what was cut is said in the letter and to the operator', async () => {
    const run = await prepare();
    const kept = 64 << 20;
    const text = `{"Id":"huge","Data":"${'x'.repeat(kept)}"}`;
    const last = '{"Id":"last"}';
    const body = Buffer.from(`[${text},${last}]`).toString('base64');
    run.emulator.publish({ contentType, body, ids: ['huge', 'last'] });
    run.clock.advance(minute);
    const collected = await collectAll(run.bench, { ...run.options, maximumRecordBytes: 65_536 });
    expect(distinctIds(collected)).toEqual(new Set(['last']));
    const [letter] = run.bench.letters.streamed;
    expect(letter?.bytes.length).toBe(kept);
    const cut = `of its ${text.length} bytes the first ${kept} are kept, ${text.length - kept} were cut`;
    expect(letter?.reason).toBe(`the record is larger than maximum_record_size (65536 bytes); ${cut}`);
    const errors = run.bench.recorder.lines.filter(({ level }) => level === 'error');
    expect(errors.map(({ message }) => message)).toEqual([expect.stringContaining(cut)]);
    expect(run.bench.recorder.counted('records_dead_lettered')).toBe(1);
  });

  test('are kept once, although the body broke off before', async () => {
    const run = await prepare({ gzip: false });
    const texts = [
      JSON.stringify({ Id: 'big', Data: 'x'.repeat(200_000) }),
      '{"Id":"small"}',
      '{"Id":"last"}',
    ];
    run.emulator.publish({ contentType, texts });
    const bytes = (texts[0]?.length ?? 0) + 10;
    run.emulator.setFaults([
      {
        match: { operation: 'blob', attempt: [1, 2] },
        fault: { kind: 'truncate', bytes, declares: 'what-comes' },
      },
    ]);
    run.clock.advance(minute);
    const collected = await collectAll(run.bench, { ...run.options, maximumRecordBytes: 65_536 });
    expect(distinctIds(collected)).toEqual(new Set(['small', 'last']));
    expect(run.emulator.faults()[0]?.fired).toBe(2);
    expect(run.bench.letters.streamed).toHaveLength(1);
    expect(run.bench.letters.abandoned).toBe(2);
  });
});

describe('clocks', () => {
  test.each([
    ['behind', -day],
    ['ahead of', day],
  ])('a machine whose clock is a day %s Microsoft’s collects all, and is told', async (word, offset) => {
    const run = await prepare();
    const bench = await openBench({ clock: run.clock, skewMs: offset });
    closers.push(() => bench.close());
    const ids = [run.publish(7 * day - hour), run.publish(3 * day), run.publish(minute)];
    const following = follow(bench, run.options);
    closers.push(() => following.stop());
    await run.clock.until(() => ids.every((id) => has(following, id)), 'all is collected');
    await run.clock.until(() => bench.recorder.current('')?.code === 'clock-skew', 'the clock is reported');
    expect(bench.recorder.current('')?.message).toContain(`1440 minutes ${word} Microsoft's`);
    expect(bench.recorder.counted('items_lost')).toBe(0);
    expect(run.emulator.requests.counts().misuse).toEqual({});
  });
});

test('the requests of a tenant stay within its budget', async () => {
  const clock = new IdleClock();
  const emulator = await startEmulator({
    clock,
    tenants: [{ content: { records: 2000, recordsPerBlob: 10 } }],
  });
  closers.push(() => emulator.close());
  const bench = await openBench({ clock });
  closers.push(() => bench.close());
  const [tenant] = emulator.tenants;
  if (tenant === undefined) throw new Error('no tenant');
  const collected = await collectAll(bench, sourceOptions(emulator.url, tenant, { requestsPerMinute: 120 }));
  expect(distinctIds(collected).size).toBe(2000);
  const { busiestMinute, mostAtOnce, misuse } = emulator.requests.counts();
  // The token comes from another service, with a limit of its own.
  expect(busiestMinute[tenant.tenantId]).toBeLessThanOrEqual(121);
  expect(mostAtOnce.blob).toBeLessThanOrEqual(8);
  expect(misuse).toEqual({});
});
