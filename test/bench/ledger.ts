// What the ledger costs per record: look-up and insert with many millions of Ids already there.
// Arguments: number of Ids in thousands (20000), seconds that a batch spans (600), days from the youngest of these Ids
// to now (0: the new records fall among them, which costs most; in a long run they come behind them).

import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../input/clock.ts';
import type { Logger, RecordKey } from '../../input/contract.ts';
import { CommitQueue } from '../../input/delivery/commit-queue.ts';
import { openLedger } from '../../input/delivery/sqlite-ledger.ts';
import { fillLedger } from '../delivery/fill-ledger.ts';

const tenant = randomUUID();
const silent: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export async function main(args: readonly string[]): Promise<void> {
  const thousands = Number(args[0] ?? 20_000);
  const spanSeconds = Number(args[1] ?? 600);
  const gapSeconds = Number(args[2] ?? 0) * 86_400;
  const folder = mkdtempSync(join(tmpdir(), 'm365-ledger-'));
  try {
    const now = Math.trunc(Date.now() / 1000);
    const filled = performance.now();
    await fillLedger({
      folder,
      count: thousands * 1000,
      fromSeconds: now - 7 * 86_400,
      toSeconds: now - gapSeconds,
    });
    const size = statSync(join(folder, 'ledger.db')).size;
    console.log(
      `${thousands} thousand Ids in ${Math.round(performance.now() - filled)} ms, ${Math.round(size / 2 ** 20)} MiB`,
    );
    for (const batchSize of [100, 1000]) await measure(folder, batchSize, spanSeconds);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const records = 200_000;
const lanes = 8;
/** Ids are made in portions, outside of what is measured, so that they do not pile up in memory. */
const portions = 20;

async function measure(folder: string, batchSize: number, spanSeconds: number): Promise<void> {
  const ledger = await openLedger({ folder, clock: systemClock, log: silent });
  const commits = new CommitQueue(ledger);
  let cpuMicros = 0;
  let wallMs = 0;
  for (let portion = 0; portion < portions; portion += 1) {
    const batches = makeBatches(portion, batchSize, spanSeconds);
    const cpu = process.cpuUsage();
    const wall = performance.now();
    const pass = async (lane: number) => {
      for (let n = lane; n < batches.length; n += lanes) {
        const keys = batches[n] ?? [];
        await ledger.findSeen(keys);
        await commits.commit({ keys });
      }
    };
    await Promise.all(Array.from({ length: lanes }, (_, lane) => pass(lane)));
    const { user, system } = process.cpuUsage(cpu);
    cpuMicros += user + system;
    wallMs += performance.now() - wall;
  }
  const rss = Math.round(process.memoryUsage.rss() / 2 ** 20);
  console.log(
    `batches of ${batchSize} over ${spanSeconds} s: ${(cpuMicros / records).toFixed(2)} µs of CPU a record, ${Math.round(records / wallMs)} thousand records/s, RSS ${rss} MiB`,
  );
  await ledger.close();
}

/** In the order in which content comes, spread over a day: neighbouring blobs are from about the same minutes. */
function makeBatches(portion: number, size: number, spanSeconds: number): RecordKey[][] {
  const day = 86_400;
  const count = records / portions / size;
  const yesterday = Math.trunc(Date.now() / 1000) - day;
  return Array.from({ length: count }, (_, n) => {
    const start = yesterday + Math.trunc(((portion + n / count) / portions) * (day - spanSeconds));
    return Array.from({ length: size }, () => ({
      // A copy in one piece: joining strings leaves the work to whoever reads the result first.
      id: Buffer.from(`${tenant}:${randomUUID()}`).toString('latin1'),
      seconds: start + Math.trunc(Math.random() * spanSeconds),
    }));
  });
}

if (import.meta.main) await main(process.argv.slice(2));
