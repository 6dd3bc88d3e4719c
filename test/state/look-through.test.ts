import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { lookThroughApart } from '../../input/state/sqlite/look-through.ts';
import { ledgerIn, pagesByName, spoilPages } from './spoil-ledger.ts';
import { openTestLedger, temporaryFolder } from './state-folder.ts';

async function makeLedger(folder: string): Promise<string> {
  await (await openTestLedger(folder)).close();
  return ledgerIn(folder);
}

test('a ledger is found sound, and one with a torn page damaged', async () => {
  using folder = temporaryFolder();
  const file = await makeLedger(folder.path);
  expect(await lookThroughApart(file)).toBe('ok');
  spoilPages(file, pagesByName(file).get('item') ?? []);
  expect(await lookThroughApart(file)).not.toBe('ok');
  expect(await lookThroughApart(join(folder.path, 'nothing.db'))).toBeUndefined();
});

test('whoever else has work to do gets a turn while a ledger is looked through', async () => {
  using folder = temporaryFolder();
  await makeLedger(folder.path);
  rmSync(join(folder.path, 'ledger.closed'));
  let turns = 0;
  const counting = setInterval(() => {
    turns += 1;
  }, 0);
  const ledger = await openTestLedger(folder.path);
  clearInterval(counting);
  expect(turns).toBeGreaterThan(0);
  expect(ledger.delivery.uncleanStart).toBe(true);
  await ledger.close();
});
