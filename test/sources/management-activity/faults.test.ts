import { describe, expect, test } from '@jest/globals';
import type { EmulatorOptions, Fault, FaultMatch } from '../../../input/emulator/index.ts';
import { feedOf } from '../../../input/sources/management-activity/stream.ts';
import { type EmulatedRun, startRun } from './emulated-run.ts';
import { distinctIds } from './harness.ts';

interface FaultyRun extends EmulatedRun {
  readonly truth: Set<string>;
}

async function prepare(over: EmulatorOptions = {}): Promise<FaultyRun> {
  const tenants = [{ content: { records: 300, days: 2, recordsPerBlob: 10 } }];
  const run = await startRun({ pageSize: 3, tenants, ...over });
  return {
    ...run,
    get truth() {
      return new Set([...run.emulator.distinctIds()].map(({ id }) => id));
    },
  };
}

const hour = 3_600_000;
const day = 24 * hour;
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
  ['content said to have expired at first', { ...blob, attempt: [1, 2] }, { kind: 'af', code: 'AF20051' }],
  ['content IDs said not to be valid at first', { ...blob, attempt: 1 }, { kind: 'af', code: 'AF20052' }],
];

test.each(survived)('nothing is lost when %s', async (_, match, fault) => {
  const run = await prepare();
  run.emulator.setFaults([{ match, fault }]);
  const collected = await run.collect();
  expect(distinctIds(collected)).toEqual(run.truth);
  expect(run.bench.recorder.counted('items_lost')).toBe(0);
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

describe('what is said never to be had', () => {
  const contentType = 'Audit.Exchange';
  const never: [string, Fault, RegExp][] = [
    ['has expired', { kind: 'af', code: 'AF20051' }, /AF20051: The content has expired/],
    ['has expired, in a 200', { kind: 'error-map', code: 'AF20051' }, /AF20051: The content has expired/],
    ['does not exist', { kind: 'af', code: 'AF20050' }, /AF20050: The content does not exist/],
    ['has a bad id', { kind: 'af', code: 'AF20052' }, /AF20052: The content ID is not valid/],
  ];

  test.each(never)(
    'is asked for until its date has passed, then lost: a blob that %s',
    async (_, fault, reason) => {
      const run = await prepare();
      const contentExpiration = new Date(run.clock.now() + day).toISOString();
      const { contentId } = run.emulator.publish({ contentType, generate: 10, contentExpiration });
      run.emulator.setFaults([{ match: { ...blob, contentType, contentId }, fault }]);
      run.follow({ initialIntervalMs: day });
      const attempts = () => run.bench.recorder.counted('items_retried', contentType);
      for (let hours = 1; hours <= 16; hours++) {
        await run.clock.until(() => attempts() >= hours, `it was asked for ${hours} times`);
        run.clock.advance(hour);
      }
      expect(run.bench.recorder.counted('items_lost')).toBe(0);
      run.clock.advance(day);
      await run.clock.until(() => run.bench.recorder.counted('items_lost', contentType) === 1, 'it is lost');
      const feed = feedOf(run.emulator.tenants[0]?.tenantId ?? '', contentType);
      const gaps = await run.bench.ledger.work.gapsBetween(
        feed,
        '2000-01-01T00:00:00Z',
        '2100-01-01T00:00:00Z',
      );
      expect(gaps.map((gap) => gap.reason)).toEqual([expect.stringMatching(reason)]);
      const told = run.bench.recorder.lines.filter(
        ({ level, message }) => level === 'error' && reason.test(message),
      );
      expect(told).toHaveLength(1);
      const isShown = () => run.bench.recorder.current(contentType)?.code === 'content-lost';
      await run.clock.until(isShown, 'the loss is shown');
      const isHealthy = () => run.bench.recorder.current('Audit.SharePoint')?.health === 'healthy';
      await run.clock.until(isHealthy, 'the other content types are healthy');
    },
  );
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
    expect(run.bench.recorder.counted('items_left', failing) > 0).toBe(match.operation === 'blob');
    expect(run.bench.recorder.current('Audit.Exchange')?.health).toBe('healthy');
  });
});

test('a content type whose content is refused costs a few requests, not one for each blob', async () => {
  const tenants = [{ content: { records: 300, recordsPerBlob: 10, shares: { 'Audit.General': 1 } } }];
  const run = await prepare({ tenants });
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
