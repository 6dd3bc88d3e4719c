// Puts millions of Ids that no record has into the ledger of a folder, to see what a full one costs.

import { randomFillSync } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { systemClock } from '../../input/contract/clock.ts';
import { openState } from '../../input/runtime/open-state.ts';
import { keyBytes } from '../../input/state/sqlite/ids/record-keys.ts';

export interface LedgerFilling {
  /** The state folder; nothing may have it open. */
  readonly folder: string;
  readonly count: number;
  /** Over which CreationTimes the Ids are spread evenly. */
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

const idsPerStep = 4096;

export async function fillLedger({ folder, count, fromSeconds, toSeconds }: LedgerFilling): Promise<void> {
  const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  await (await openState({ folder, clock: systemClock, log: silent })).close();
  const database = new DatabaseSync(join(folder, 'ledger.db'));
  // Nobody needs a half-filled ledger, so none of this has to survive a crash.
  database.exec(`
    PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -16384;
    CREATE TEMP TABLE position (n INTEGER PRIMARY KEY);
    WITH RECURSIVE count (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM count WHERE n < ${idsPerStep - 1})
      INSERT INTO position SELECT n FROM count;
  `);
  const add = database.prepare(
    `INSERT OR IGNORE INTO seen SELECT substr(?1, n * ${keyBytes} + 1, ${keyBytes}) FROM position WHERE n < ?2`,
  );
  const spread = (toSeconds - fromSeconds) / count;
  for (let first = 0; first < count; first += idsPerStep) {
    const step = Math.min(idsPerStep, count - first);
    const keys = Buffer.allocUnsafe(step * keyBytes);
    randomFillSync(keys);
    for (let n = 0; n < step; n += 1) {
      keys.writeUInt32BE(Math.trunc(fromSeconds + (first + n) * spread), n * keyBytes);
    }
    add.run(keys, step);
  }
  database.exec('PRAGMA journal_mode = WAL');
  database.close();
}
