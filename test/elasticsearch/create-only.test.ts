// The program with a key as Fleet issues it: it collects with nothing but bulk requests, and the commands that look at
// documents say which key they need, and take it.

import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Emulator, startEmulator } from '../../input/emulator/index.ts';
import { run } from '../cli/command.ts';
import { makeWorkplace, streamFor, type Workplace } from '../end-to-end/harness.ts';
import { ask, clusterUrl, putSmallestTemplate, storedIds } from './cluster.ts';
import { answerForKey, createOnlyKey, readingKey } from './create-only-key.ts';
import { FaultProxy } from './fault-proxy.ts';

const records = 200;
const namespace = `fleet${randomUUID().slice(0, 8)}`;
const dataStream = `logs-o365.audit-${namespace}`;

let emulator: Emulator;
let front: FaultProxy;
let without: Workplace;
let withOutputs: Workplace;
let withStreams: Workplace;

beforeAll(async () => {
  await putSmallestTemplate(dataStream);
  front = await new FaultProxy(clusterUrl, () => 'pass', answerForKey).listen();
  emulator = await startEmulator({
    startCooldown: 'off',
    tenants: [{ content: { records, days: 1, recordsPerBlob: 50, ratePerMinute: 0 } }],
  });
  const output = { type: 'elasticsearch', hosts: [front.url], api_key: createOnlyKey };
  const place = (stream: object, more: object) =>
    makeWorkplace({
      streams: [streamFor(emulator, 0, { ...stream })],
      output: { ...output, ...more },
      namespace,
      process: { state_folder: without?.state },
    });
  without = await makeWorkplace({ streams: [streamFor(emulator)], output, namespace });
  withOutputs = await place({}, { read_api_key: readingKey });
  withStreams = await place({ read_api_key: readingKey }, {});
});

afterAll(async () => {
  await front.close();
  await emulator.close();
  for (const place of [without, withOutputs, withStreams]) await place.remove();
  await ask('DELETE', `/_data_stream/${dataStream}`);
  await ask('DELETE', `/_index_template/${dataStream}`);
});

const descriptor =
  '"m365_reading":{"cluster":["monitor"],"indices":[{"names":["%"],"privileges":["read","maintenance","view_index_metadata"]}]}'.replace(
    '%',
    dataStream,
  );
const unwrapped = (text: string) => text.replaceAll(/\s+/g, ' ');
const findingsOf = async (place: Workplace) => {
  const { stdout } = await run(['check', '--policy', place.policy, '--json']);
  const { findings }: { findings: { about: string; name: string; state: string; advice: string }[] } =
    JSON.parse(stdout);
  return findings.filter(({ about }) => about.startsWith('Output'));
};

describe('with a key that may only create documents', () => {
  test('check finds that it delivers, and which key would look', async () => {
    const findings = await findingsOf(without);
    expect(findings.filter(({ state }) => state === 'problem')).toEqual([]);
    const privileges = findings.find(({ name }) => name === 'privileges');
    expect(privileges).toMatchObject({ state: 'note', advice: expect.stringContaining(descriptor) });
  });

  test('run collects everything, and says once that it cannot look', async () => {
    front.refused.length = 0;
    const { code, stderr } = await run(['run', '--once', '--force', '--policy', without.policy]);
    expect([code, stderr.match(/may create documents and not look at them/g)?.length]).toEqual([0, 1]);
    expect(stderr).not.toMatch(/"log\.level":"(warn|error)"/);
    expect(await storedIds(dataStream)).toHaveLength(records);
    // Each of these is asked once: what follows is known.
    expect(new Set(front.refused).size).toBe(front.refused.length);
    expect(front.refused.length).toBeLessThanOrEqual(3);
  });

  test.each([
    ['prove', ['prove', '--to', '0s']],
    ['prove --records', ['prove', '--to', '0s', '--records']],
    ['deduplicate', ['deduplicate']],
    ['state rebuild', ['state', 'rebuild']],
  ])('%s says which key it needs, as a request that makes it', async (_, words) => {
    const { code, stdout, stderr } = await run([...words, '--policy', without.policy]);
    expect(code).not.toBe(0);
    const said = unwrapped(stdout + stderr);
    expect(said).toContain('read_api_key');
    expect(said.replaceAll(' ', '')).toContain(descriptor);
  });
});

describe.each([
  ['the output', () => withOutputs],
  ['a stream', () => withStreams],
])('with a key for reading of %s', (_, placeOf) => {
  test('check looks at the rest with it', async () => {
    const findings = await findingsOf(placeOf());
    expect(findings.find(({ name }) => name === 'reading key')).toMatchObject({ state: 'ok' });
    expect(findings.find(({ name }) => name === 'privileges')?.advice).not.toContain('read_api_key');
  });

  test('prove, deduplicate and state rebuild look, and collecting does not use it', async () => {
    const withPolicy = (...words: string[]) => run([...words, '--policy', placeOf().policy]);
    const proved = await withPolicy('prove', '--to', '0s', '--records');
    expect([proved.code, proved.stdout]).toEqual([0, expect.stringContaining('record by record')]);
    expect((await withPolicy('prove', '--to', '0s')).code).toBe(0);
    expect((await withPolicy('deduplicate')).code).toBe(0);
    rmSync(without.state, { recursive: true });
    const rebuilt = await withPolicy('state', 'rebuild');
    expect([rebuilt.code, rebuilt.stdout]).toEqual([
      0,
      expect.stringContaining(`${dataStream}: ${records} recent Ids`),
    ]);
    front.refused.length = 0;
    expect((await withPolicy('run', '--once', '--force')).stderr).toContain('Ended: 0 records delivered');
    const looked = front.refused.filter((each) => each.endsWith('_search'));
    expect(looked.length).toBeLessThanOrEqual(1);
  });
});

describe('replay window after a rollover', () => {
  const copies = async () => (await storedIds(dataStream)).length - records;
  const replay = (place: Workplace) => run(['replay', 'window', '--from', '7d', '--policy', place.policy]);

  test('looks with the key for reading, and doubles nothing', async () => {
    await ask('POST', `/${dataStream}/_rollover`);
    for (const place of [withOutputs, withStreams]) {
      const { code, stdout } = await replay(place);
      expect([code, stdout]).toEqual([0, expect.stringContaining('; 0 records delivered')]);
    }
    expect(await copies()).toBe(0);
  });

  test('doubles without one, and says so', async () => {
    const { stderr } = await replay(without);
    expect(stderr).toContain('some may be there twice');
    expect(await copies()).toBeGreaterThan(0);
    const { stdout } = await run(['state', 'show', '--policy', without.policy]);
    expect(stdout).toContain(`${await copies()} documents may be there twice`);
  });
});
