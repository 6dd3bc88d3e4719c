// Delivers the records 0 to n as a collector would that starts over after every crash: claimed, looked up, written,
// committed, several batches at once. Prints each Id once it is acknowledged.
// Arguments: folder, number of records, seed.

import { join } from 'node:path';
import { IdClaims } from '../../../input/concurrency/id-claims.ts';
import { systemClock } from '../../../input/contract/clock.ts';
import type { OutputDocument } from '../../../input/contract/output.ts';
import { fileOutput } from '../../../input/outputs/file/file-output.ts';
import { openState } from '../../../input/runtime/open-state.ts';
import { seededRandom } from '../../state/state-folder.ts';
import { documentOf, keyOf } from './crash-records.ts';

const [folder = '', count = '0', seed = '0'] = process.argv.slice(2);
const random = seededRandom(Number(seed));
const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const ledger = await openState({ folder: join(folder, 'state'), clock: systemClock, log });
const options = { path: join(folder, 'events'), rotateBytes: 40_000 };
const output = fileOutput(options, { ledger: ledger.delivery, clock: systemClock, log });
const signal = new AbortController().signal;
await output.open(signal);
const claims = new IdClaims();

async function deliver(documents: readonly OutputDocument[]): Promise<void> {
  const claim = claims.claim(documents.map(({ id }) => id));
  const mine = claim.mine.flatMap((index) => documents[index] ?? []);
  const seen = await ledger.delivery.findSeen(mine.map(keyOf));
  const fresh = mine.filter((_, index) => seen[index] === 0);
  const { fileLength } = await output.write(fresh, { signal, uncertain: false });
  await ledger.delivery.commit({ keys: fresh.map(keyOf), fileLength });
  claims.release(
    mine.map(({ id }) => id),
    true,
  );
  process.stdout.write(fresh.map(({ id }) => `${id}\n`).join(''));
  if (random() < 0.05) await ledger.prune(systemClock.now());
}

const running = new Set<Promise<void>>();
for (let first = 0; first < Number(count); ) {
  const size = 1 + Math.trunc(random() * 40);
  const batch = Array.from({ length: Math.min(size, Number(count) - first) }, (_, n) =>
    documentOf(first + n),
  );
  // Every third batch is served again at once.
  for (const copy of first % 3 === 0 ? [batch, batch] : [batch]) {
    const delivery = deliver(copy).finally(() => running.delete(delivery));
    running.add(delivery);
  }
  first += size;
  if (running.size >= 4) await Promise.race(running);
}
await Promise.all(running);
await output.close();
await ledger.close();
