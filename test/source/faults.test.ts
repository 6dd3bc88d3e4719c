import { afterEach, describe, expect, test } from '@jest/globals';
import {
  type Emulator,
  type EmulatorOptions,
  type Fault,
  type FaultMatch,
  startEmulator,
} from '../../input/emulator/index.ts';
import type { ManagementActivityOptions } from '../../input/sources/management-activity/options.ts';
import {
  type Bench,
  type Collected,
  collectAll,
  distinctIds,
  type Following,
  follow,
  openBench,
  sourceOptions,
  waitFor,
} from './harness.ts';
import { type ScaledClock, scaledClock } from './scaled-clock.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Run {
  readonly emulator: Emulator;
  readonly bench: Bench;
  readonly clock: ScaledClock;
  readonly truth: Set<string>;
  collect(over?: Partial<ManagementActivityOptions>): Promise<Collected>;
  follow(): Following;
}

async function prepare(over: EmulatorOptions = {}, records = 300): Promise<Run> {
  const clock = scaledClock(1000);
  const emulator = await startEmulator({
    clock,
    pageSize: 3,
    tenants: [{ content: { records, days: 2, recordsPerBlob: 10 } }],
    ...over,
  });
  closers.push(() => emulator.close());
  const bench = await openBench({ clock });
  closers.push(() => bench.close());
  const [tenant] = emulator.tenants;
  if (tenant === undefined) throw new Error('no tenant');
  return {
    emulator,
    bench,
    clock,
    get truth() {
      return new Set([...emulator.distinctIds()].map(({ id }) => id));
    },
    collect: (options) => collectAll(bench, sourceOptions(emulator.url, tenant, options)),
    follow: () => {
      const following = follow(bench, sourceOptions(emulator.url, tenant));
      closers.push(() => following.stop());
      return following;
    },
  };
}

const blob: FaultMatch = { operation: 'blob' };
const content: FaultMatch = { operation: 'content' };

/** What passes, or can be got around: afterwards nothing is missing. */
const survived: [string, FaultMatch, Fault][] = [
  ['every blob resets at first', { ...blob, attempt: 1 }, { kind: 'reset', when: 'in-body', bytes: 3000 }],
  [
    'connections reset before they answer',
    { rate: 0.1, seed: 1, operation: ['blob', 'content'] },
    { kind: 'reset', when: 'before-headers' },
  ],
  [
    'bodies break off, and do not say so',
    { ...blob, attempt: [1, 2] },
    { kind: 'truncate', bytes: 5000, declares: 'what-comes' },
  ],
  [
    'bodies break off before their announced length',
    { ...blob, every: 2, attempt: 1 },
    { kind: 'truncate', bytes: 5000, declares: 'more' },
  ],
  [
    'pages of listings break off',
    { ...content, every: 3 },
    { kind: 'truncate', bytes: 40, declares: 'what-comes' },
  ],
  ['AF50000 for blobs', { ...blob, attempt: [1, 2, 3] }, { kind: 'af', code: 'AF50000' }],
  ['AF50000 for listings', { ...content, every: 2 }, { kind: 'af', code: 'AF50000' }],
  ['200 with an error map for blobs', { ...blob, attempt: 1 }, { kind: 'error-map', code: 'AF50000' }],
  ['200 with an error map for listings', { ...content, every: 4 }, { kind: 'error-map', code: 'AF50000' }],
  ['200 with nothing for blobs', { ...blob, attempt: 1 }, { kind: 'empty' }],
  ['200 with nothing for listings', { ...content, every: 4 }, { kind: 'empty' }],
  [
    'gateways answer in HTML',
    { every: 4, operation: ['blob', 'content', 'list'] },
    { kind: 'not-json', status: 502 },
  ],
  [
    'throttled by 403',
    { rate: 0.05, seed: 3, operation: ['blob', 'content', 'list'] },
    { kind: 'af', code: 'AF429', status: 403 },
  ],
  [
    'throttled in single quotes',
    { ...blob, every: 9 },
    { kind: 'af', code: 'AF429', status: 429, singleQuoted: true, retryAfter: 2 },
  ],
  ['throttled inside a 200', { ...blob, nth: 3 }, { kind: 'error-map', code: 'AF429' }],
  ['a token expires on the way', { ...content, nth: 4 }, { kind: 'expired-token' }],
  ['a token expires between blobs', { ...blob, nth: 5 }, { kind: 'expired-token' }],
  [
    'the token endpoint is down for a while',
    { operation: 'token', nth: [1, 2, 3, 4] },
    { kind: 'status', status: 503 },
  ],
  ['stale pages', { path: 'nextPage=', nth: [2, 6] }, { kind: 'af', code: 'AF20031' }],
  ['every page but the first is stale', { path: 'nextPage=' }, { kind: 'af', code: 'AF20031' }],
  ['the header is called NextPageUrl', content, { kind: 'next-page-header', name: 'NextPageUrl' }],
  ['the header is called nextpageuri', content, { kind: 'next-page-header', name: 'nextpageuri' }],
  ['content addresses point elsewhere', content, { kind: 'foreign-host', in: 'content-uri' }],
  ['slow bodies', { ...blob, every: 3 }, { kind: 'trickle', bytes: 4096, everyMs: 5 }],
  [
    'the listing of subscriptions fails at first',
    { operation: 'list', nth: [1, 2] },
    { kind: 'status', status: 500 },
  ],
  ['content said not to exist at first', { ...blob, attempt: [1, 2] }, { kind: 'af', code: 'AF20050' }],
  [
    'content said not to exist for a minute',
    { contentType: 'DLP.All', ...blob, attempt: [1, 2, 3, 4, 5, 6] },
    { kind: 'af', code: 'AF20050' },
  ],
];

test.each(survived)('nothing is lost when %s', async (_, match, fault) => {
  const run = await prepare();
  run.emulator.setFaults([{ match, fault }]);
  const collected = await run.collect();
  expect(distinctIds(collected)).toEqual(run.truth);
  expect(run.bench.recorder.counted('blobs_lost')).toBe(0);
  expect(run.emulator.faults()[0]?.fired).toBeGreaterThan(0);
});

test('the token goes to no other host, and every request carries the PublisherIdentifier', async () => {
  const run = await prepare();
  run.emulator.setFaults([
    { match: { ...content, every: 3 }, times: 4, fault: { kind: 'foreign-host', in: 'next-page' } },
    { match: content, fault: { kind: 'foreign-host', in: 'content-uri' } },
  ]);
  const collected = await run.collect();
  expect(distinctIds(collected)).toEqual(run.truth);
  const misuse = run.emulator.requests.counts().misuse;
  expect(misuse).toEqual({});
  const refused = run.bench.recorder.reports.filter(({ report }) => report.code === 'next-page-refused');
  expect(refused.length).toBeGreaterThan(0);
});

describe('what cannot be had is lost, and said so', () => {
  const lost: [string, Fault, RegExp][] = [
    ['expired', { kind: 'af', code: 'AF20051' }, /AF20051: The content has expired/],
    ['does not exist', { kind: 'af', code: 'AF20050' }, /AF20050: The content does not exist/],
    ['has a bad id', { kind: 'af', code: 'AF20052' }, /AF20052: The content ID is not valid/],
  ];
  test.each(lost)('a blob that is %s', async (_, fault, reason) => {
    const run = await prepare();
    const contentType = 'Audit.Exchange';
    run.emulator.setFaults([
      { match: { ...blob, contentType, contentId: pickBlob(run, contentType) }, fault },
    ]);
    const { collected } = run.follow();
    await waitFor(() => run.bench.recorder.counted('blobs_lost', contentType) === 1, 'it is lost');
    await waitFor(() => distinctIds(collected).size === run.truth.size - 10, 'all else is collected');
    expect(run.bench.recorder.counted('gaps')).toBe(1);
    const scope = { tenantId: run.emulator.tenants[0]?.tenantId ?? '', contentType };
    const [gap] = await run.bench.ledger.gapsBetween(scope, '2000-01-01T00:00:00Z', '2100-01-01T00:00:00Z');
    expect(gap?.reason).toMatch(reason);
    expect(
      run.bench.recorder.lines.filter(({ level, message }) => level === 'error' && reason.test(message)),
    ).toHaveLength(1);
    expect(run.bench.recorder.current(contentType)).toMatchObject({
      health: 'degraded',
      code: 'content-lost',
    });
    expect(run.bench.recorder.current('Audit.SharePoint')?.health).toBe('healthy');
  });

  function pickBlob(run: Run, contentType: 'Audit.Exchange'): string {
    const counts = new Map<string, number>();
    for (const { contentId } of run.emulator.truth({ contentType }))
      counts.set(contentId, (counts.get(contentId) ?? 0) + 1);
    const found = [...counts].find(([, count]) => count === 10)?.[0];
    if (found === undefined) throw new Error('no blob of 10 records');
    return found;
  }
});

describe('one content type that fails stops none of the others', () => {
  const failing = 'Audit.General';
  test.each<[string, FaultMatch, Fault, string]>([
    [
      'its listing has internal errors',
      { ...content, contentType: failing },
      { kind: 'af', code: 'AF50000' },
      'AF50000',
    ],
    [
      'its listing is refused',
      { ...content, contentType: failing },
      { kind: 'status', status: 403 },
      'forbidden',
    ],
    [
      'its permission is missing',
      { ...content, contentType: failing },
      { kind: 'af', code: 'AF10001' },
      'AF10001',
    ],
    ['its blobs never come', { ...blob, contentType: failing }, { kind: 'status', status: 500 }, 'http-500'],
    [
      'its blobs are refused',
      { ...blob, contentType: failing },
      { kind: 'status', status: 401 },
      'unauthorized',
    ],
    ['it is not offered', { ...content, contentType: failing }, { kind: 'af', code: 'AF20020' }, 'AF20020'],
    [
      'it cannot be subscribed to',
      { operation: 'start', contentType: failing },
      { kind: 'af', code: 'AF20020' },
      'AF20020',
    ],
  ])('when %s', async (_, match, fault, code) => {
    const run = await prepare();
    run.emulator.setFaults([{ match, fault }]);
    const collected = await run.collect();
    const others = new Set(
      [...run.emulator.truth()].filter(({ contentType }) => contentType !== failing).map(({ id }) => id),
    );
    expect(distinctIds(collected)).toEqual(others);
    expect(run.bench.recorder.current(failing)).toMatchObject({ code });
    expect(run.bench.recorder.current(failing)?.health).toBe(
      match.operation === 'blob' ? 'degraded' : 'failed',
    );
    expect(run.bench.recorder.counted('blobs_left', failing) > 0).toBe(match.operation === 'blob');
    expect(run.bench.recorder.current('Audit.Exchange')?.health).toBe('healthy');
  });
});

test('a content type whose content is refused costs a few requests, not one for each blob', async () => {
  const run = await prepare({
    tenants: [{ content: { records: 300, recordsPerBlob: 10, shares: { 'Audit.General': 1 } } }],
  });
  run.emulator.setFaults([{ match: blob, fault: { kind: 'status', status: 403 } }]);
  await run.collect();
  expect(run.emulator.requests.counts().byOperation.blob).toBeLessThan(20);
  expect(run.bench.recorder.lines.at(-1)?.message).toContain('30 content blobs could not be had');
});

test('a stale page is no failure', async () => {
  const run = await prepare();
  run.emulator.setFaults([
    { match: { path: 'nextPage=', nth: [1, 2] }, fault: { kind: 'af', code: 'AF20031' } },
  ]);
  await run.collect();
  expect(run.emulator.faults()[0]?.fired).toBe(2);
  expect(run.bench.recorder.reports.some(({ report }) => report.code === 'AF20031')).toBe(false);
});
