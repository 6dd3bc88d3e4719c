// Begins an attempt on the ledger of a folder, says so, and stays, to be killed. It is given the folder and what to send.

import { systemClock } from '../../input/contract/clock.ts';
import { openLedger } from '../../input/state/sqlite/sqlite-ledger.ts';
import { reachMs } from './state-folder.ts';

const [folder = '', ...ids] = process.argv.slice(2);
const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const ledger = await openLedger({ folder, clock: systemClock, log, reachMs });
await ledger.delivery.noteIndex({ cluster: 'c', name: 'logs-a' }, '.ds-logs-a-2026.01.02-000002');
await ledger.delivery.beginAttempt(ids);
process.stdout.write('begun\n');
setInterval(() => {}, 60_000);
