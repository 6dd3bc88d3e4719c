// Measures what a record costs the server on each of its two ways into the index: mapped by the input, or sent as it is
// and mapped by the ingest pipeline. Ways and checkouts take turns, and each round reverses their order, so that a busy
// machine slows all of them alike.

import { parseArgs } from 'node:util';
import { loadDefinitions } from '../../pipelines/index.ts';
import { makeUpRecords } from '../pipelines/made-up.ts';
import { readPublicRecords, sampleContext } from '../pipelines/samples.ts';
import { bulkBodies, type Installed, install, listCheckouts, mapBy } from './checkout.ts';
import { ask, cpuMs, withServer } from './server.ts';

const batch = 500;
const warmUps = 3;

interface IngestPath {
  readonly name: string;
  readonly prepare: (checkout: string, texts: readonly string[]) => string[];
}

const ways: readonly IngestPath[] = [
  { name: 'mapped by the input', prepare: (checkout, texts) => mapBy(checkout, texts) },
  { name: 'mapped by the ingest pipeline', prepare: (_, texts) => texts.map(wrap) },
];

function wrap(message: string): string {
  return JSON.stringify({ '@timestamp': sampleContext.fetchedAt, message });
}

/** One way of one checkout, and the cost of each round. */
interface MeasuredPath {
  readonly way: IngestPath;
  readonly checkout: string;
  readonly installed: Installed;
  readonly documents: readonly string[];
  /** The server's CPU in each round. */
  readonly microsecondsPerRecord: number[];
}

/** `--rounds 5`; `--against DIR` measures another checkout's mapper, templates and pipelines beside this one's. */
export function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { rounds: { type: 'string', default: '5' }, against: { type: 'string' } },
  });
  return withServer((url) => measureAll(url, Number(values.rounds), listCheckouts(values.against)));
}

async function measureAll(url: string, rounds: number, checkouts: readonly string[]): Promise<void> {
  const records = readPublicRecords();
  const texts = (records.length > 0 ? records : makeUpRecords(loadDefinitions(), 10, 7)).map(markId);
  const installed = await Promise.all(checkouts.map((checkout) => install(url, checkout, { withRaw: true })));
  const sides: MeasuredPath[] = ways.flatMap((way) =>
    checkouts.map((checkout, at) => ({
      way,
      checkout,
      installed: installed[at] ?? fail(checkout),
      documents: way.prepare(checkout, texts),
      microsecondsPerRecord: [],
    })),
  );
  try {
    // The first rounds pay for compiling scripts and classes.
    for (let round = 0; round < warmUps; round += 1)
      for (const side of sides) await take(url, side, `warm ${round}`);
    for (let round = 0; round < rounds; round += 1)
      for (const side of round % 2 === 0 ? sides : sides.toReversed())
        side.microsecondsPerRecord.push(await take(url, side, String(round)));
    for (const way of ways) report(sides.filter((side) => side.way === way));
  } finally {
    for (const { drop } of installed) await drop();
  }
}

function fail(checkout: string): never {
  throw new Error(`Nothing was installed of ${checkout}`);
}

/** Ids are new each round, as those of new records are. */
const idMark = 'id of the round';

function markId(text: string, at: number): string {
  return JSON.stringify({ ...JSON.parse(text), Id: `${idMark} ${at}` });
}

async function take(url: string, { installed, documents }: MeasuredPath, round: string): Promise<number> {
  const fresh = documents.map((document) => document.replaceAll(idMark, round));
  const bodies = bulkBodies(fresh, batch);
  const before = await cpuMs(url);
  for (const body of bodies) await ask(url, 'POST', `/${installed.stream}/_bulk`, body);
  await ask(url, 'POST', `/${installed.stream}/_refresh`);
  return (((await cpuMs(url)) - before) / documents.length) * 1000;
}

/** Prints the figures of one way; the other checkout comes first. */
function report(sides: readonly MeasuredPath[]): void {
  for (const { way, checkout, microsecondsPerRecord: costs } of sides)
    console.log(
      `${way.name}, ${checkout}: ${Math.round(median(costs))} µs of the server's CPU a record (${costs.map(Math.round).join(' ')})`,
    );
  const [other, own] = sides.map(({ microsecondsPerRecord }) => microsecondsPerRecord);
  if (other === undefined || own === undefined) return;
  const pairs = own.map((cost, round) => cost / (other[round] ?? Number.NaN));
  const sums = sum(own) / sum(other);
  console.log(`  ${sums.toFixed(3)} of it by sums, ${median(pairs).toFixed(3)} by the median of pairs`);
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[values.length >> 1] ?? Number.NaN;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
