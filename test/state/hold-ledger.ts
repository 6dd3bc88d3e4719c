// Opens the ledger of a folder, says so, and stays.

import { systemClock } from '../../input/contract/clock.ts';
import { openLedger } from '../../input/state/sqlite/sqlite-ledger.ts';

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
await openLedger({ folder: process.argv[2] ?? '', clock: systemClock, log: silent });
process.stdout.write('open\n');
setInterval(() => {}, 60_000);
