import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Connection, connect } from '../../../input/outputs/elasticsearch/connect/connection.ts';
import type { ElasticsearchOptions } from '../../../input/outputs/elasticsearch/connect/options.ts';
import { ManualClock } from '../../http/manual-clock.ts';
import { makeDocuments, makeOutput, never, numberedIds } from './harness.ts';
import { StandIn, type StandInFault } from './stand-in.ts';

let first: StandIn;
let second: StandIn;
let clock: ManualClock;
let connection: Connection | undefined;

beforeEach(async () => {
  clock = new ManualClock();
  first = await new StandIn().listen();
  second = await new StandIn().listen();
});

afterEach(async () => {
  await connection?.close();
  connection = undefined;
  await Promise.all([first.close(), second.close()]);
});

async function open(options: Partial<ElasticsearchOptions> = {}): Promise<void> {
  connection = await connect(
    { hosts: [first.url, second.url], proxyDisable: true, ...options },
    never,
    clock,
  );
}

/** Sends requests one after the other, and returns how many were answered. */
async function ask(times: number): Promise<number> {
  let answered = 0;
  for (let each = 0; each < times; each += 1)
    await connection?.send({ method: 'GET', path: '/', name: 'info' }, never).then(
      () => (answered += 1),
      () => undefined,
    );
  return answered;
}

const counts = () => [first.seen.length, second.seen.length];

const unwell: StandInFault = (_, { reply }) => reply(503, '');
const hangingUp: StandInFault = (_, { cut }) => cut();

describe('requests to several hosts', () => {
  test('go to them in turn', async () => {
    await open();
    await ask(6);
    expect(counts()).toEqual([3, 3]);
  });

  test('keep to one of them where they are not to be balanced, until it fails', async () => {
    await open({ loadBalance: false });
    await ask(3);
    expect(counts()).toEqual([3, 0]);
    first.answers.set('/', unwell);
    await ask(3);
    first.answers.clear();
    await clock.advance(60_000);
    await ask(2);
    expect(counts()).toEqual([4, 4]);
  });

  test.each([
    ['answers 503', unwell],
    ['breaks connections off', hangingUp],
  ])('leave one alone that %s, longer each time', async (_, fault) => {
    first.answers.set('/', fault);
    await open();
    expect(await ask(7)).toBe(6);
    expect(first.seen).toHaveLength(1);
    await clock.advance(4_999);
    expect(await ask(4)).toBe(4);
    await clock.advance(1);
    expect(await ask(4)).toBe(3);
    expect(first.seen).toHaveLength(2);
    await clock.advance(9_999);
    expect(await ask(4)).toBe(4);
    first.answers.clear();
    await clock.advance(1);
    expect(await ask(4)).toBe(4);
    expect(first.seen.length).toBeGreaterThanOrEqual(4);
  });

  test('that cannot be reached cost nothing but the attempt, and are found again', async () => {
    const { port } = first;
    await open();
    await first.close();
    expect(await ask(5)).toBe(5);
    first = await new StandIn().listen(port);
    expect(await ask(4)).toBe(4);
    expect(first.seen).toHaveLength(0);
    await clock.advance(5_000);
    expect(await ask(4)).toBe(4);
    expect(first.seen).toHaveLength(2);
  });

  test('that find a host dead together count as one failure', async () => {
    first.answers.set('/', unwell);
    await open();
    await Promise.all([ask(1), ask(1), ask(1), ask(1)]);
    expect(counts()).toEqual([2, 2]);
    await clock.advance(5_000);
    await ask(2);
    expect(first.seen).toHaveLength(3);
  });

  test('are made all the same while every host rests', async () => {
    first.answers.set('/', unwell);
    second.answers.set('/', unwell);
    await open();
    expect(await ask(4)).toBe(0);
    second.answers.clear();
    expect(await ask(6)).toBeGreaterThanOrEqual(5);
  });

  test('an error of the request itself is none of the host', async () => {
    first.answers.set('/', (_, { reply }) => reply(429, {}));
    await open();
    await ask(4);
    expect(counts()).toEqual([2, 2]);
  });
});

test('parameters go with bulk requests alone', async () => {
  await open({ hosts: [first.url], parameters: { refresh: 'true', filter_path: 'x' } });
  await ask(1);
  const bulk = {
    method: 'POST',
    path: '/logs/_bulk',
    name: 'bulk',
    query: { filter_path: 'items' },
  } as const;
  const requests: string[] = [];
  first.answers.set('/_bulk', ({ path }, { reply }) => {
    requests.push(path);
    reply(200, {});
  });
  await connection?.send({ ...bulk, lines: Buffer.from('{}\n') }, never);
  expect(requests).toEqual(['/logs/_bulk?refresh=true&filter_path=items']);
});

test('a host that dies with a request in its hands loses nothing and doubles nothing', async () => {
  // Two nodes of one cluster.
  second.indices = first.indices;
  const { output } = makeOutput({ hosts: [first.url, second.url], bulkMaxBytes: 64 * 1024 });
  await output.open(never);
  let died = false;
  first.bulkFaults.push((_, { perform, cut }) => {
    perform();
    cut();
    died = true;
    void first.close();
  });
  const ids = numberedIds(600);
  const documents = makeDocuments('logs-o365.audit-test', ids, { message: 'x'.repeat(500) });
  const report = await output.write(documents, { signal: never, uncertain: false });
  await output.close();
  expect(died).toBe(true);
  expect(report).toMatchObject({ delivered: 600, duplicate: 0, possiblyDuplicate: 0, rejected: [] });
  expect(second.stored).toEqual(ids);
});
