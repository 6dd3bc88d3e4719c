// Measures what the ledger costs per record, look-up and insert, with many millions of Ids already there: once for
// records that are younger than all of them, as in a long run, and once for records that fall among them, which costs
// most. Arguments: number of Ids in thousands (20000), seconds that a batch spans (600).

import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../input/contract/clock.ts';
import type { Logger } from '../../input/contract/logger.ts';
import type { RecordKey } from '../../input/contract/state.ts';
import { openState } from '../../input/runtime/open-state.ts';
import { fillLedger } from '../state/fill-ledger.ts';

const tenant = randomUUID();
const silent: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

const day = 86_400;

export async function main(args: readonly string[]): Promise<void> {
  const thousands = Number(args[0] ?? 20_000);
  const spanSeconds = Number(args[1] ?? 600);
  const folder = mkdtempSync(join(tmpdir(), 'm365-ledger-'));
  const yesterday = Math.trunc(Date.now() / 1000) - day;
  try {
    const filled = performance.now();
    await fillLedger({
      folder,
      count: thousands * 1000,
      fromSeconds: yesterday - 6 * day,
      toSeconds: yesterday,
    });
    const size = Math.round(statSync(join(folder, 'ledger.db')).size / 2 ** 20);
    const filledMs = Math.round(performance.now() - filled);
    console.log(`ledger: ${thousands} thousand Ids, ${size} MiB, filled in ${filledMs} ms`);
    for (const batchSize of [100, 1000]) {
      await measure('younger than all', { folder, batchSize, spanSeconds, fromSeconds: yesterday });
      await measure('among them', { folder, batchSize, spanSeconds, fromSeconds: yesterday - 3 * day });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Measurement {
  readonly folder: string;
  readonly batchSize: number;
  readonly spanSeconds: number;
  readonly fromSeconds: number;
}

const records = 200_000;
const lanes = 8;
/** Ids are made in portions, outside of the measured time, so that they do not pile up in memory. */
const portions = 20;

async function measure(name: string, measurement: Measurement): Promise<void> {
  const ledger = await openState({ folder: measurement.folder, clock: systemClock, log: silent });
  let cpuMicros = 0;
  let wallMs = 0;
  for (let portion = 0; portion < portions; portion += 1) {
    const batches = makeBatches(portion, measurement);
    const cpu = process.cpuUsage();
    const wall = performance.now();
    const pass = async (lane: number) => {
      for (let n = lane; n < batches.length; n += lanes) {
        const keys = batches[n] ?? [];
        await ledger.delivery.findSeen(keys);
        await ledger.delivery.commit({ keys });
      }
    };
    await Promise.all(Array.from({ length: lanes }, (_, lane) => pass(lane)));
    const { user, system } = process.cpuUsage(cpu);
    cpuMicros += user + system;
    wallMs += performance.now() - wall;
  }
  console.log(
    `ledger: ${name}, batches of ${measurement.batchSize}: ${(cpuMicros / records).toFixed(2)} µs of CPU a record, ${Math.round(records / wallMs)} thousand records/s`,
  );
  await ledger.close();
}

/**
 * Times come in the order in which content comes, spread over a day: neighbouring blobs are from about the same
 * minutes.
 */
function makeBatches(portion: number, { batchSize, spanSeconds, fromSeconds }: Measurement): RecordKey[][] {
  const count = records / portions / batchSize;
  return Array.from({ length: count }, (_, n) => {
    const start = fromSeconds + Math.trunc(((portion + n / count) / portions) * (day - spanSeconds));
    return Array.from({ length: batchSize }, () => ({
      // The text is copied into one piece: joined strings leave the work to whoever reads the result first.
      id: Buffer.from(`${tenant}:${randomUUID()}`).toString('latin1'),
      seconds: start + Math.trunc(Math.random() * spanSeconds),
    }));
  });
}

if (import.meta.main) await main(process.argv.slice(2));
