// The state folder copied file by file while the collector writes to it, as an upgrade of Elastic Agent copies what belongs to
// a version; the copy then takes the place of the folder, minutes old. Real processes, real SQLite.

import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { contentTypes, type Emulator, startEmulator } from '../../input/emulator/index.ts';
import { StandIn } from '../outputs/elasticsearch/stand-in.ts';
import {
  chooseSeed,
  compare,
  makeWorkplace,
  nothingAmiss,
  readDelivered,
  runProgram,
  seededRandom,
  startProgram,
  streamFor,
  until,
  type Workplace,
} from './harness.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function emulate(seed: number): Promise<Emulator> {
  const content = {
    ...{ records: 3_000, recordsPerBlob: 10, days: 1 / 16, ratePerMinute: 0 },
    habits: { repeatedRecords: 0.1, listedTwice: 0.1 },
  };
  const emulator = await startEmulator({
    ...{ seed, startCooldown: 'off' },
    tenants: [{ content, subscribed: contentTypes }],
  });
  closers.push(() => emulator.close());
  return emulator;
}

const totalOf = (emulator: Emulator): number => [...emulator.distinctIds()].length;

/** Of the output, which is counted far more often than it is read. */
function countLines(folder: string): number {
  if (!existsSync(folder)) return 0;
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ndjson'),
  );
  return files.reduce(
    (sum, name) => sum + readFileSync(join(folder, name), 'latin1').split('\n').length - 1,
    0,
  );
}

interface Store {
  /** The number of documents in the end. */
  readonly total: number;
  readonly count: () => Promise<number>;
  /** The Ids of all documents, as often as they are there. */
  readonly ids: () => Promise<readonly string[]>;
  /** It is called when the folder was copied. */
  readonly onCopied: () => void;
}

/** Copies in an order of chance, with documents delivered between one file and the next. */
async function copyUnderLoad(from: string, to: string, store: Store, random: () => number): Promise<void> {
  mkdirSync(to);
  const names = readdirSync(from, { withFileTypes: true }).filter((entry) => entry.isFile());
  for (const { name } of names.toSorted(() => random() - 0.5)) {
    copyFileSync(join(from, name), join(to, name));
    const before = await store.count();
    await until(async () => (await store.count()) >= Math.min(before + 40, store.total));
  }
}

async function goOnFromCopy(place: Workplace, store: Store, emulator: Emulator, random: () => number) {
  const running = startProgram(['run', '--policy', place.policy]);
  const first = Math.floor(random() * 400);
  await until(async () => (await store.count()) > first);
  const copy = join(place.folder, 'copy');
  await copyUnderLoad(place.state, copy, store, random);
  store.onCopied();
  const then = await store.count();
  await until(async () => (await store.count()) >= Math.min(then + 200, store.total));
  running.child.kill('SIGKILL');
  await running.exit;
  renameSync(place.state, join(place.folder, 'before'));
  renameSync(copy, place.state);
  const { code, printed } = await runProgram(['run', '--policy', place.policy, '--once']);
  expect([code, printed]).toEqual([0, expect.stringMatching(/is a copy|is damaged/)]);
  const truth = [...emulator.distinctIds()].map(({ id }) => id);
  expect(compare(truth, await store.ids())).toEqual(nothingAmiss);
}

test('into files nothing is lost and nothing twice', async () => {
  const seed = chooseSeed();
  console.info(`seed ${seed}`);
  const emulator = await emulate(seed);
  const place = await makeWorkplace({ streams: [streamFor(emulator, 0, { requests_per_minute: 8_000 })] });
  const ids = () => readDelivered(place.output);
  const count = async () => countLines(place.output);
  await goOnFromCopy(
    place,
    { total: totalOf(emulator), ids, count, onCopied: () => undefined },
    emulator,
    seededRandom(seed),
  );
});

test('into Elasticsearch, across a rollover', async () => {
  const seed = chooseSeed();
  console.info(`seed ${seed}`);
  const emulator = await emulate(seed);
  const server = await new StandIn().listen();
  closers.push(() => server.close());
  const output = { type: 'elasticsearch', hosts: [server.url], api_key: 'a:bcdef', proxy_disable: true };
  const streams = [streamFor(emulator, 0, { requests_per_minute: 8_000 })];
  const place = await makeWorkplace({ streams, output });
  const all = () => server.indices.flatMap((index) => [...index.keys()]);
  const store: Store = {
    total: totalOf(emulator),
    count: async () => all().length,
    ids: async () => all().map((id) => id.slice(id.indexOf(':') + 1)),
    onCopied: () => server.indices.push(new Map()),
  };
  await goOnFromCopy(place, store, emulator, seededRandom(seed));
});
