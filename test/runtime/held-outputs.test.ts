import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Output } from '../../input/contract/output.ts';
import { lockFolder } from '../../input/files/folder-lock.ts';
import { createOutput } from '../../input/outputs/create-output.ts';
import type { OutputPolicy } from '../../input/outputs/output-policy.ts';
import { HeldOutputs } from '../../input/runtime/held-outputs.ts';
import { createTelemetry } from '../../input/telemetry/telemetry.ts';
import { makeCertificate } from '../http/make-certificate.ts';
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

test('the client certificate of an output is watched while it is open, until another takes its place', async () => {
  const day = 86_400_000;
  const clock = steppingClock();
  const telemetry = createTelemetry({ clock, version: '0.1.0' });
  const parts = { clock, random: () => 0.5, log: recordingLog(), telemetry };
  const create = (): Output => ({
    name: 'elasticsearch',
    open: async () => undefined,
    write: async () => ({ delivered: 0, duplicate: 0, possiblyDuplicate: 0, rejected: [] }),
    close: async () => undefined,
  });
  const outputs = new HeldOutputs({ ...parts, create, mayWait: true, needsOne: false });
  const policyWith = (certificate: string): OutputPolicy => ({
    name: 'out',
    type: 'elasticsearch',
    options: { hosts: ['https://127.0.0.1:9200'], ssl: { certificate } },
  });
  const state = () => telemetry.reportOf?.({ kind: 'output', name: 'out' });
  const never = new AbortController().signal;
  const made = makeCertificate({ notAfter: new Date(clock.now() + 31 * day) });
  await outputs.open([policyWith(made.certificate)], never);
  expect(state()?.code).toBeUndefined();
  clock.set(clock.now() + 2 * day);
  outputs.warnOfCertificates();
  expect(state()).toMatchObject({ health: 'waiting', code: 'output-certificate-ends' });
  expect(state()?.message).toMatch(/^The client certificate of the output ends on .+, in \d\d days\. Have/);
  clock.set(clock.now() + 23 * day);
  outputs.warnOfCertificates();
  expect(state()).toMatchObject({ health: 'degraded', code: 'output-certificate-ends' });
  const next = makeCertificate({ notAfter: new Date(clock.now() + 365 * day) });
  await outputs.open([policyWith(next.certificate)], never);
  expect(state()).toMatchObject({ health: 'healthy' });
  await outputs.close();
});
