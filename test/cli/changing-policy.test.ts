// The policy file of a running collector changes: real processes, real files, and what Microsoft served as the truth.

import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { contentTypes, type Emulator, startEmulator } from '../../input/emulator/index.ts';
import {
  compare,
  makeWorkplace,
  nothingAmiss,
  type PolicyStream,
  readDelivered,
  streamFor,
  until,
  type Workplace,
} from '../end-to-end/harness.ts';
import { type RunningCommand, start } from './command.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function emulate(tenants: number): Promise<Emulator> {
  const content = { records: 300, recordsPerBlob: 10, ratePerMinute: 0 };
  const emulator = await startEmulator({
    startCooldown: 'off',
    tenants: Array.from({ length: tenants }, () => ({ content, subscribed: contentTypes })),
  });
  closers.push(() => emulator.close());
  return emulator;
}

const streamOf = (emulator: Emulator, tenant: number, more: object = {}): PolicyStream =>
  streamFor(emulator, tenant, { id: `tenant-${tenant}`, interval: '5s', ...more });

function textOf(place: Workplace, streams: readonly PolicyStream[], process: object = {}): string {
  return stringify({
    m365: { state_folder: place.state, ...process },
    outputs: { default: { type: 'file', path: place.output } },
    inputs: [{ id: 'm365-test', type: 'm365', data_stream: { namespace: 'demo' }, streams }],
  });
}

/** As an editor does: under another name, then in its place. */
function replace(file: string, text: string): void {
  writeFileSync(`${file}.new`, text, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

function run(policy: string): RunningCommand {
  const running = start(['run', '--policy', policy]);
  closers.push(async () => {
    running.child.kill('SIGKILL');
    await running.outcome;
  });
  return running;
}

async function end(running: RunningCommand): Promise<string[]> {
  running.child.kill('SIGTERM');
  const { code, stderr } = await running.outcome;
  expect(code).toBe(0);
  return stderr
    .trimEnd()
    .split('\n')
    .map((line) => String(JSON.parse(line).message));
}

/** How often a tenant was asked for a token: once for each time that its stream began. */
const tokensOf = ({ requests, tenants }: Emulator, index: number) =>
  [...requests.entries()].filter(
    ({ operation, tenant }) => operation === 'token' && tenant === tenants[index]?.tenantId,
  ).length;

async function difference(emulator: Emulator, place: Workplace) {
  const truth = [...emulator.distinctIds()].map(({ id }) => id);
  return compare(truth, await readDelivered(place.output));
}

const untilDelivered = (emulator: Emulator, place: Workplace) =>
  until(async () => (await difference(emulator, place)).missing.length === 0);

test('a tenant that is added, and one that leaves: the others go on, nothing is lost and nothing twice', async () => {
  const emulator = await emulate(2);
  const place = await makeWorkplace({ streams: [streamOf(emulator, 0)] });
  const running = run(place.policy);
  await running.printed(/collecting/);
  replace(place.policy, `# Another line\n${textOf(place, [streamOf(emulator, 0), streamOf(emulator, 1)])}`);
  await untilDelivered(emulator, place);
  await running.printed(/is applied: added the stream tenant-1/);
  expect(tokensOf(emulator, 0)).toBe(1);
  replace(place.policy, textOf(place, [streamOf(emulator, 1)]));
  await running.printed(/is applied: removed the stream tenant-0/);
  expect(tokensOf(emulator, 1)).toBe(1);
  await end(running);
  expect(await difference(emulator, place)).toEqual(nothingAmiss);
});

test('a file with a mistake changes nothing and is said with its line; a log level is applied, and other lines change nothing', async () => {
  const emulator = await emulate(2);
  const place = await makeWorkplace({ streams: [streamOf(emulator, 0)] });
  const running = run(place.policy);
  await running.printed(/collecting/);
  const broken = textOf(place, [streamOf(emulator, 0), streamOf(emulator, 1, { intervall: '5s' })]);
  const line = broken.split('\n').findIndex((text) => text.includes('intervall')) + 1;
  replace(place.policy, broken);
  await running.printed(new RegExp(`what runs stays as it was.*policy.yml:${line}:.*intervall`));
  replace(place.policy, 'inputs: [');
  await running.printed(/what runs stays as it was.*policy\.yml:\d+/);
  expect(tokensOf(emulator, 1)).toBe(0);
  const both = [streamOf(emulator, 0), streamOf(emulator, 1)];
  replace(place.policy, textOf(place, both, { logging: { level: 'debug' }, memory_budget: '8MiB' }));
  await running.printed(/m365\.memory_budget will take effect with the next start/);
  await running.printed(/added the stream tenant-1; changed the log level to debug/);
  await running.printed(/"log.level":"debug"/);
  await untilDelivered(emulator, place);
  await end(running);
  expect([tokensOf(emulator, 0), tokensOf(emulator, 1)]).toEqual([1, 1]);
  expect(await difference(emulator, place)).toEqual(nothingAmiss);
});

test('a secret that is replaced in the file takes effect, for that stream alone', async () => {
  const emulator = await emulate(2);
  const old = streamOf(emulator, 1, { client_secret: 'the-one-before' });
  const place = await makeWorkplace({ streams: [streamOf(emulator, 0), old] });
  const running = run(place.policy);
  await running.printed(/AADSTS7000215/);
  replace(place.policy, textOf(place, [streamOf(emulator, 0), streamOf(emulator, 1)]));
  await running.printed(/is applied: changed the stream tenant-1/);
  await untilDelivered(emulator, place);
  const lines = await end(running);
  expect(tokensOf(emulator, 0)).toBe(1);
  expect(await difference(emulator, place)).toEqual(nothingAmiss);
  expect(lines.join('\n')).not.toContain(String(streamOf(emulator, 1).client_secret));
});

test('a ConfigMap that is replaced as Kubernetes does it, by a link on the way', async () => {
  const emulator = await emulate(2);
  const place = await makeWorkplace({ streams: [streamOf(emulator, 0)] });
  const mount = join(place.folder, 'mount');
  const write = (version: string, streams: readonly PolicyStream[]) => {
    mkdirSync(join(mount, version), { recursive: true });
    writeFileSync(join(mount, version, 'policy.yml'), textOf(place, streams));
    symlinkSync(version, join(mount, '..data_tmp'));
    renameSync(join(mount, '..data_tmp'), join(mount, '..data'));
  };
  write('..2026_11_30_1', [streamOf(emulator, 0)]);
  symlinkSync('..data/policy.yml', join(mount, 'policy.yml'));
  const running = run(join(mount, 'policy.yml'));
  await running.printed(/collecting/);
  write('..2026_11_30_2', [streamOf(emulator, 0), streamOf(emulator, 1)]);
  await untilDelivered(emulator, place);
  await end(running);
  expect(tokensOf(emulator, 0)).toBe(1);
  expect(await difference(emulator, place)).toEqual(nothingAmiss);
});
