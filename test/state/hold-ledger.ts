// Opens the ledger of a folder, says so, and stays.

import { systemClock } from '../../input/contract/clock.ts';
import { openState } from '../../input/runtime/open-state.ts';

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
await openState({ folder: process.argv[2] ?? '', clock: systemClock, log: silent });
process.stdout.write('open\n');
setInterval(() => {}, 60_000);
