import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { lockFolder } from '../../input/files/folder-lock.ts';
import { createOutput } from '../../input/outputs/create-output.ts';
import type { OutputPolicy } from '../../input/outputs/output-policy.ts';
import { HeldOutputs } from '../../input/runtime/held-outputs.ts';
import { createTelemetry } from '../../input/telemetry/telemetry.ts';
import { noon, openTestLedger, recordingLog, steppingClock, temporaryFolder } from '../state/state-folder.ts';

test('an output that was changed stays open until the last of its users has left', async () => {
  using place = temporaryFolder();
  const clock = steppingClock();
  const ledger = await openTestLedger(join(place.path, 'state'));
  const telemetry = createTelemetry({ clock, version: '0.1.0' });
  const rememberedSince = (now: number) => ledger.rememberedSince(now);
  const given = { clock, random: () => 0.5, log: recordingLog(), telemetry };
  const parts = { ...given, ledger: ledger.delivery, rememberedSince };
  const create = (policy: OutputPolicy) => createOutput(policy, parts);
  const outputs = new HeldOutputs({ ...parts, create, mayWait: true, needsOne: false });
  const folder = (name: string) => join(place.path, name);
  const files = (name: string): OutputPolicy => ({
    name: 'out',
    type: 'file',
    options: { path: folder(name) },
  });
  const isFree = (name: string): boolean => {
    try {
      lockFolder(folder(name), 'folder', noon).release();
      return true;
    } catch {
      return false;
    }
  };
  const never = new AbortController().signal;
  await outputs.open([files('old')], never);
  const leases = [outputs.lease('out'), outputs.lease('out')];
  await outputs.open([files('new')], never);
  await outputs.closeRetired();
  expect([isFree('old'), isFree('new')]).toEqual([false, false]);
  await leases[0]?.release();
  expect(isFree('old')).toBe(false);
  await leases[1]?.release();
  expect(isFree('old')).toBe(true);
  expect(outputs.get('out')?.policy).toEqual(files('new'));
  await outputs.close();
  expect(isFree('new')).toBe(true);
  await ledger.close();
});
