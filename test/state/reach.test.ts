// Ids are remembered for as long as the sources in use can serve their records again, and no longer.

import { expect, test } from '@jest/globals';
import type { RecordKey } from '../../input/contract/state.ts';
import { openLedger } from '../../input/state/sqlite/sqlite-ledger.ts';
import { noon, reachMs, recordingLog, scope, steppingClock, temporaryFolder } from './state-folder.ts';

const dayMs = 86_400_000;
const further = { ...scope, source: 'further', name: 'log' };

async function open(folder: string) {
  const reachOf = (source: string) => (source === 'further' ? 30 * dayMs : undefined);
  return openLedger({ folder, clock: steppingClock(), log: recordingLog(), reachMs, reachOf });
}

test('a source counts once anything of it is remembered', async () => {
  using folder = temporaryFolder();
  const ledger = await open(folder.path);
  expect(noon - ledger.rememberedSince(noon)).toBe(reachMs + dayMs);
  await ledger.checkpoints.set(further, 'progress', 'x');
  expect(noon - ledger.rememberedSince(noon)).toBe(31 * dayMs);
  await ledger.close();
});

test('an Id that was kept by its arrival is known when the reach has grown over its time', async () => {
  using folder = temporaryFolder();
  const ledger = await open(folder.path);
  const key = { id: 'tenant:old', seconds: noon / 1000 - 20 * 86_400 };
  await ledger.delivery.remember(onlyOne(key));
  const known = async () => [...(await ledger.delivery.findSeen([key]))];
  expect(await known()).toEqual([1]);
  await ledger.checkpoints.set(further, 'progress', 'x');
  expect(await known()).toEqual([1]);
  await ledger.close();
});

async function* onlyOne(key: RecordKey) {
  yield key;
}
