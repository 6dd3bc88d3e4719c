import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { listCollectionFields } from '../../input/cli/package/fields/collection-fields.ts';
import {
  type CompletenessReporter,
  completenessReporter,
  type ReportedFeed,
} from '../../input/completeness/reporter.ts';
import { CompletenessTally, combineTelemetry } from '../../input/completeness/tally.ts';
import type { Output, OutputDocument, WriteReport } from '../../input/contract/output.ts';
import { openState } from '../../input/runtime/open-state.ts';
import type { SqliteLedger } from '../../input/state/sqlite/sqlite-ledger.ts';
import { StatusBoard } from '../../input/telemetry/status/status-board.ts';
import { hold, noon, recordingLog, scope, steppingClock } from '../state/state-folder.ts';

let folder: string;
let ledger: SqliteLedger;
let clock: ReturnType<typeof steppingClock>;
let log: ReturnType<typeof recordingLog>;
let tally: CompletenessTally;
let taken: OutputDocument[];
let answer: (documents: readonly OutputDocument[], signal: AbortSignal) => Promise<WriteReport>;

const accepted: WriteReport = { delivered: 1, duplicate: 0, possiblyDuplicate: 0, rejected: [] };

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'm365-completeness-'));
  clock = steppingClock();
  log = recordingLog();
  ledger = await openState({ folder, clock, log });
  tally = new CompletenessTally(clock.now);
  taken = [];
  answer = async (documents) => {
    taken.push(...documents);
    return accepted;
  };
});

afterEach(async () => {
  await ledger.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Another process's output; only what the reporter asks of it. */
const output: Output = {
  name: 'default',
  open: async () => {},
  close: async () => {},
  write: (documents, { signal }) => answer(documents, signal),
};

const contoso: readonly ReportedFeed[] = [{ feed: scope, tenantName: 'Contoso' }];

const makeReporter = (end?: AbortSignal, feeds = contoso): CompletenessReporter =>
  completenessReporter({
    end,
    feeds: () => feeds,
    intervalMs: 300_000,
    identity: {
      namespace: 'default',
      ledger: 'collector-1',
      agent: { agent: { id: 'agent-1', type: 'm365' } },
      ecsVersion: '9.4.0',
      tags: ['m365'],
    },
    tally,
    state: ledger,
    output,
    clock,
    log,
  });

const bodies = () => taken.map(({ body }) => JSON.parse(body.toString()));
const figures = (at = -1) => bodies().at(at)?.m365.collection;

const blob = (id: string) => ({
  id,
  data: `https://manage.office.com/${id}`,
  createdAt: new Date(noon - 60_000).toISOString(),
  expiresAt: new Date(noon + 86_400_000).toISOString(),
});

describe('reports of completeness', () => {
  test('counts are of their interval alone, and adjoin the last', async () => {
    const reporter = makeReporter();
    clock.set(noon + 300_000);
    tally.count(scope, 'records_delivered', 940);
    tally.count(scope, 'records_duplicate', 11);
    tally.count(scope, 'records_filtered', 6);
    tally.count(scope, 'requests', 31);
    tally.lag(scope, 412_000, 4_100);
    tally.lag(scope, 12_000, 9_000);
    tally.report(scope, { health: 'healthy', message: 'fine' });
    expect(await reporter.report()).toBe(true);
    expect(figures()).toMatchObject({
      content_type: 'Audit.Exchange',
      window: { from: '2026-03-01T12:00:00.000Z', to: '2026-03-01T12:05:00.000Z' },
      records: { delivered: 940, duplicate: 11, filtered: 6, dead_lettered: 0 },
      requests: { sent: 31 },
      lag: 412_000,
      delivery_lag: 9_000,
      quiet_for: 12_000,
      health: 'healthy',
    });
    clock.set(noon + 600_000);
    tally.count(scope, 'records_delivered', 3);
    await reporter.report();
    expect(figures()).toMatchObject({
      window: { from: '2026-03-01T12:05:00.000Z', to: '2026-03-01T12:10:00.000Z' },
      records: { delivered: 3, duplicate: 0 },
      quiet_for: 312_000,
    });
    expect(figures().lag).toBeUndefined();
    expect(taken.map(({ dataStream }) => dataStream)).toEqual(Array(2).fill('logs-m365.collection-default'));
    expect(new Set(taken.map(({ id }) => id)).size).toBe(2);
  });

  test('the first catch-up is no lag, or the alert about late records would greet everybody', async () => {
    const reporter = makeReporter();
    tally.lag(scope, 86_400_000, 85_000_000, true);
    await reporter.report();
    expect(figures()).toMatchObject({ quiet_for: 86_400_000 });
    expect(figures().lag).toBeUndefined();
    expect(figures().delivery_lag).toBeUndefined();
    tally.lag(scope, 60_000, 3_000, false);
    await reporter.report();
    expect(figures()).toMatchObject({ lag: 60_000, delivery_lag: 3_000, quiet_for: 60_000 });
  });

  test('silence is told too', async () => {
    await makeReporter().report();
    expect(figures()).toMatchObject({ records: { delivered: 0 }, health: 'starting', gap: { count: 0 } });
  });

  test('what is pending, lost and missing comes from the ledger', async () => {
    const reporter = makeReporter();
    await ledger.work.list(scope, [blob('a'), blob('b'), blob('c')], {
      late: false,
      backfill: false,
      listedAt: noon,
    });
    await ledger.work.giveUp(scope, hold('a'), 'expired', 'AF20051', noon);
    tally.count(scope, 'items_lost');
    await ledger.work.recordGap({
      ...scope,
      from: '2026-02-28T01:00:00.000Z',
      to: '2026-02-28T03:00:00.000Z',
      reason: 'withheld',
    });
    await reporter.report();
    expect(figures()).toMatchObject({
      blobs: { pending: 2, lost: 1 },
      lost_reason: ['AF20051'],
      gap: { count: 1, duration: 7_200_000, from: '2026-02-28T01:00:00.000Z' },
    });
    await reporter.report();
    expect(figures().lost_reason).toBeUndefined();
  });

  test('an output that refuses or does not answer loses no count and holds nothing up', async () => {
    const reporter = makeReporter();
    tally.count(scope, 'records_delivered', 5);
    answer = (_, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    expect(await reporter.report()).toBe(false);
    tally.count(scope, 'records_delivered', 2);
    answer = async () => ({ ...accepted, rejected: [{ index: 0, type: 'mapping', reason: 'no' }] });
    expect(await reporter.report()).toBe(false);
    answer = async (documents) => {
      taken.push(...documents);
      return accepted;
    };
    expect(await reporter.report()).toBe(true);
    expect(figures()).toMatchObject({
      records: { delivered: 7 },
      window: { from: '2026-03-01T12:00:00.000Z' },
    });
    expect(log.lines.filter((line) => line.startsWith('WARN'))).toHaveLength(1);
    expect(log.lines.at(-1)).toMatch(/^INFO .*again/);
  });

  test('thousands of feeds go in portions, and a refused document keeps back those of its portion alone', async () => {
    const feeds = Array.from({ length: 1100 }, (_, index) => ({
      feed: { ...scope, tenant: `tenant-${index}` },
      tenantName: undefined,
    }));
    for (const { feed } of feeds) tally.count(feed, 'records_delivered', 1);
    const reporter = makeReporter(undefined, feeds);
    const portions: number[] = [];
    answer = async (documents) => {
      portions.push(documents.length);
      if (portions.length === 1)
        return { ...accepted, rejected: [{ index: 7, type: 'mapping', reason: 'no' }] };
      taken.push(...documents);
      return accepted;
    };
    expect(await reporter.report()).toBe(false);
    expect(portions).toEqual([500, 500, 100]);
    expect(taken).toHaveLength(600);
    clock.set(noon + 300_000);
    expect(await reporter.report()).toBe(true);
    const delivered = bodies().map((body) => body.m365.collection.records.delivered);
    expect(delivered.filter((count) => count === 1)).toHaveLength(1100);
    expect(delivered.filter((count) => count === 0)).toHaveLength(600);
  });

  test('after a restart the first interval begins where the last report ended', async () => {
    clock.set(noon + 300_000);
    await makeReporter().report();
    clock.set(noon + 900_000);
    tally = new CompletenessTally(clock.now);
    await makeReporter().report();
    expect(figures().window).toEqual({ from: '2026-03-01T12:05:00.000Z', to: '2026-03-01T12:15:00.000Z' });
  });

  test('a run reports every interval, and once more when it is stopped', async () => {
    const stop = new AbortController();
    answer = async (documents) => {
      taken.push(...documents);
      if (taken.length === 3) stop.abort();
      return accepted;
    };
    await makeReporter().run(stop.signal);
    expect(taken.length).toBeGreaterThanOrEqual(3);
  });

  test('the length of a file output goes to the ledger', async () => {
    answer = async () => ({
      ...accepted,
      fileLength: { file: 'logs-m365.collection-default.ndjson', length: 512 },
    });
    await makeReporter().report();
    expect(await ledger.delivery.fileLengths()).toEqual([
      { file: 'logs-m365.collection-default.ndjson', length: 512 },
    ]);
  });

  test('every field of a document is defined, and every defined figure can be filled', async () => {
    tally.report(scope, { health: 'degraded', message: 'slow', code: 'AF429' });
    tally.lag(scope, 1, 1);
    tally.credential(scope.tenant, { kind: 'certificate', endsAt: noon });
    tally.count(scope, 'items_lost');
    await ledger.work.list(scope, [blob('a')], { late: false, backfill: false, listedAt: noon });
    await ledger.work.giveUp(scope, hold('a'), 'poisoned', 'unreadable', noon);
    await ledger.work.recordGap({
      ...scope,
      from: '2026-02-28T01:00:00Z',
      to: '2026-02-28T03:00:00Z',
      reason: 'x',
    });
    await makeReporter().report();
    const names = new Set(listCollectionFields().map(({ name }) => name));
    const written = [...leaves(bodies()[0], '')];
    expect(written.filter((name) => !names.has(name))).toEqual([]);
    expect([...names].filter((name) => name.startsWith('m365.') && !written.includes(name))).toEqual([]);
  });

  test('the end of the credential is told for each content type, where it is known', async () => {
    tally.credential(scope.tenant, { kind: 'secret', endsAt: undefined });
    await makeReporter().report();
    expect(figures().credential).toEqual({ kind: 'secret' });
    tally.credential(scope.tenant, { kind: 'certificate', endsAt: noon });
    await makeReporter().report();
    expect(figures().credential).toEqual({ kind: 'certificate', expires: '2026-03-01T12:00:00.000Z' });
  });

  test('the last report is not waited for once the bound of the stop is reached', async () => {
    const end = new AbortController();
    clock.sleep = (_, signal) =>
      new Promise((_resolve, reject) =>
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true }),
      );
    const asked = Promise.withResolvers<void>();
    answer = (_, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        asked.resolve();
      });
    const reported = makeReporter(end.signal).report();
    await asked.promise;
    end.abort();
    expect(await reported).toBe(false);
  });

  test('a silence is told from a slow day by the habits that the status board remembers', async () => {
    const board = new StatusBoard({ clock, version: '0.1.0' });
    board.restore([
      {
        kind: 'feed',
        tenant_id: scope.tenant,
        source: scope.source,
        feed: scope.name,
        health: 'healthy',
        message: '',
        since: new Date(noon).toISOString(),
        counters: {},
        arrivals: { longest_pause_ms: { '2026-02-28': 600_000 }, seen: 100 },
      },
    ]);
    tally = new CompletenessTally(clock.now, (asked) => board.reportOf(asked));
    board.report(scope, { health: 'healthy', message: 'Up to date.' });
    await makeReporter().report();
    expect(figures()).toMatchObject({ health: 'healthy' });
    clock.set(noon + 5 * 3_600_000);
    await makeReporter().report();
    expect(figures()).toMatchObject({
      health: 'degraded',
      code: 'quiet',
      message: expect.stringMatching(/^No records for 5 h/),
    });
  });

  test('a failing tenant shows at each of its content types', () => {
    tally.report(scope, { health: 'healthy', message: 'fine' });
    tally.report(
      { kind: 'stream', tenant: scope.tenant, source: scope.source },
      { health: 'failed', message: 'secret expired', code: 'AADSTS7000222' },
    );
    expect(tally.health(scope)).toMatchObject({ health: 'failed', code: 'AADSTS7000222' });
  });

  test('a second listener hears what the first hears', () => {
    const first = new CompletenessTally(clock.now);
    const both = combineTelemetry(first, tally);
    both.count(scope, 'requests', 2);
    both.lag(scope, 5, 6);
    for (const each of [first, tally])
      expect(each.take(scope)).toMatchObject({ counts: new Map([['requests', 2]]), lagMs: 5 });
  });
});

function* leaves(value: unknown, name: string): Generator<string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) yield name;
  else for (const [key, inner] of Object.entries(value)) yield* leaves(inner, name ? `${name}.${key}` : key);
}
