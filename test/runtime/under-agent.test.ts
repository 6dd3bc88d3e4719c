// What an Elastic Agent hands over beside inputs: who it is, and outputs of kinds that nothing here can deliver to.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { startEmulator } from '../../input/emulator/index.ts';
import { IdleClock } from '../contract/idle-clock.ts';
import { streamFor } from '../end-to-end/harness.ts';
import { temporaryFolder } from '../state/state-folder.ts';
import { fileUnit, inputUnit, openProcess, unit } from './process-harness.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const elasticAgent = { id: 'agent-1', version: '9.6.0', isSnapshot: true };

async function start() {
  const clock = new IdleClock();
  const content = { records: 20, recordsPerBlob: 20, ratePerMinute: 0 };
  const emulator = await startEmulator({ clock, tenants: [{ content }] });
  closers.push(() => emulator.close());
  const folder = temporaryFolder();
  closers.push(() => folder[Symbol.dispose]());
  const running = await openProcess({ folder: folder.path, clock, random: () => 0.5, elasticAgent });
  closers.push(() => clock.during(running.collector.close()));
  const output = join(folder.path, 'out');
  const documents = (dataset: string): Record<string, unknown>[] =>
    readdirSync(output)
      .filter((name) => name.startsWith(`logs-${dataset}-`))
      .flatMap((name) => readFileSync(join(output, name), 'utf8').trimEnd().split('\n'))
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  const publish = () => emulator.publish({ contentType: 'Audit.General', generate: 10 });
  return { ...running, clock, emulator, publish, output, documents, stream: streamFor(emulator) };
}

test('every document names the agent, those of completeness too', async () => {
  const { apply, clock, delivered, documents, output, stream } = await start();
  const report = { data_stream: { dataset: 'm365.collection' }, interval: '1m' };
  await apply([fileUnit('files', output), inputUnit('first', 'files', [stream, report])]);
  await clock.until(
    async () => (await delivered('out')).length >= 20 && documents('m365.collection').length > 0,
  );
  const expected = {
    agent: { id: 'agent-1', type: 'm365', version: '0.1.0', name: expect.any(String) },
    elastic_agent: { id: 'agent-1', version: '9.6.0', snapshot: true },
    input: { type: 'm365' },
  };
  for (const document of [...documents('o365.audit'), ...documents('m365.collection')])
    expect(document).toMatchObject(expected);
  const ids = documents('o365.audit').map(({ agent }) => JSON.stringify(agent));
  expect(new Set(ids).size).toBe(1);
});

test('an output of another kind holds its inputs: nothing goes to the old one, and nothing is lost', async () => {
  const { collector, apply, clock, delivered, output, stream, publish, emulator } = await start();
  const input = inputUnit('first', 'files', [stream]);
  const files = fileUnit('files', output);
  await apply([files, input]);
  await clock.until(async () => (await delivered('out')).length === 20);
  const kafka = unit('output', 'files', { type: 'kafka', hosts: ['k:9092'] });
  const states = await apply([kafka, input]);
  const stateOf = (id: string) => states.find((state) => state.id === id);
  expect(stateOf('files')).toMatchObject({
    health: 'failed',
    message: expect.stringContaining(
      'is of type kafka, to which this input cannot deliver; give its agent policy, or the integration, an output of type elasticsearch. Nothing is collected until then, and nothing is delivered to the output that was here before; collecting then goes on where it stopped',
    ),
  });
  expect(stateOf('first')).toMatchObject({
    health: 'failed',
    message: expect.stringContaining('its output files is of type kafka'),
  });
  const asked = [...emulator.requests.entries()].length;
  publish();
  await clock.during(collector.ended());
  await clock.pass(600_000);
  expect([...emulator.requests.entries()]).toHaveLength(asked);
  expect(await delivered('out')).toHaveLength(20);
  await apply([files, input]);
  await clock.until(async () => (await delivered('out')).length >= 30);
  expect(new Set(await delivered('out')).size).toBe(30);
});

test('an output whose settings cannot be read goes on as it was, and so do its inputs', async () => {
  const { apply, clock, delivered, output, stream, publish } = await start();
  const input = inputUnit('first', 'files', [stream]);
  await apply([fileUnit('files', output), input]);
  const states = await apply([fileUnit('files', output, { rotate: 'never' }), input]);
  expect(states.map(({ id, health }) => [id, health])).toContainEqual(['files', 'failed']);
  publish();
  await clock.until(async () => (await delivered('out')).length === 30);
});
