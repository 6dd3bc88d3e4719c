// The life of the collector under an agent: started, configured, well, in trouble, ended.

import { readdirSync, readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { nothingAmiss, until } from '../end-to-end/harness.ts';
import { agentInfo } from './control-server.ts';
import { openPlace, outputId, version } from './harness.ts';

test('it is started, configured, well, delivers everything, and ends in order when it is asked to', async () => {
  await using place = await openPlace();
  const { agent, output, input, difference } = place;
  const first = input('first', [0]);
  agent.control.setUnits([output, first]);
  agent.start();
  await agent.control.until(() => agent.control.stateOf(first.id)?.phase === 'HEALTHY');
  await until(async () => (await difference()).missing.length === 0);
  const state = agent.control.stateOf(first.id);
  expect(state).toMatchObject({ index: '1', message: 'Collecting 5 feeds.' });
  expect(state?.payload).toMatchObject({ streams: { 'first-0': { status: 'HEALTHY', error: '' } } });
  expect(state?.payload.feeds).toContainEqual(
    expect.objectContaining({ feed: 'Audit.Exchange', stream: 'first-0', status: 'HEALTHY' }),
  );
  expect(agent.control.stateOf(outputId)).toMatchObject({ phase: 'HEALTHY', index: '1' });
  expect(agent.control.received.at(-1)).toMatchObject({ features_idx: '2', component_idx: '3' });
  expect(await agent.stop()).toEqual({ code: 0, signal: null });
  expect(agent.control.stateOf(first.id)?.phase).toBe('STOPPED');
  expect(await difference()).toEqual(nothingAmiss);
  for (const document of readDocuments(place.path('out')))
    expect(document).toMatchObject({
      agent: { id: agentInfo.id, type: 'm365', version },
      elastic_agent: { id: agentInfo.id, version: agentInfo.version, snapshot: agentInfo.snapshot },
      input: { type: 'm365' },
    });
});

function readDocuments(folder: string): readonly unknown[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ndjson'))
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').trimEnd().split('\n'))
    .map((line) => JSON.parse(line));
}

test('the first check-in says who it is, and every line that it prints is one that the agent understands', async () => {
  await using place = await openPlace();
  const { agent, output, input } = place;
  const first = input('first', [0]);
  agent.control.setUnits([output, first]);
  agent.start();
  await agent.control.until(() => agent.control.stateOf(first.id)?.phase === 'HEALTHY');
  expect(agent.control.received[0]).toMatchObject({
    version_info: { name: 'm365', meta: { version }, build_hash: expect.stringMatching(/^[\da-f]{40}/) },
    pid: String(agent.pid),
    units: [],
  });
  await agent.stop();
  expect(agent.lines.length).toBeGreaterThan(2);
  for (const line of agent.lines) {
    expect(['debug', 'info', 'warn', 'error']).toContain(line['log.level']);
    expect(line['@timestamp']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(typeof line.message).toBe('string');
  }
});

test('it names the server in the handshake as it was told to', async () => {
  await using place = await openPlace();
  const { agent } = place;
  let hello: Buffer = Buffer.alloc(0);
  const between = createServer((incoming) => {
    const outgoing = connect(agent.control.port, '127.0.0.1');
    incoming.once('data', (chunk: Buffer) => {
      hello = chunk;
    });
    incoming.pipe(outgoing).pipe(incoming);
    for (const socket of [incoming, outgoing]) socket.on('error', () => undefined);
  });
  const port = await new Promise<number>((resolve) =>
    between.listen(0, '127.0.0.1', () => {
      const address = between.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    }),
  );
  agent.start({ port });
  await agent.control.until(() => agent.control.received.length > 0);
  expect(hello.includes(agent.control.serverName)).toBe(true);
  await agent.stop();
  between.close();
});

test('a token that the agent does not know ends it, with a line that says so', async () => {
  await using place = await openPlace({ wrongToken: 'another-token-altogether' });
  const { agent } = place;
  agent.start();
  expect(await agent.ended()).toEqual({ code: 1, signal: null });
  expect(agent.printed).toContain('Elastic Agent refused the token');
  expect(agent.printed).not.toContain('another-token-altogether');
});

test('a unit with wrong settings has failed and says where, and the others deliver', async () => {
  await using place = await openPlace({ tenants: 2 });
  const { agent, output, input, emulator } = place;
  const good = input('good', [0]);
  const wrong = input('wrong', [1], { stream: { interval: 'soon' } });
  agent.control.setUnits([output, wrong, good]);
  agent.start();
  await agent.control.until(
    () =>
      agent.control.stateOf(good.id)?.phase === 'HEALTHY' &&
      agent.control.stateOf(wrong.id)?.phase === 'FAILED',
  );
  expect(agent.control.stateOf(wrong.id)?.index).toBe('1');
  expect(agent.control.stateOf(wrong.id)?.message).toMatch(
    /^the input policy wrong, streams\[0\]\.interval: interval/,
  );
  expect(emulator.requests.counts().total).toBeGreaterThan(0);
});

test('a secret that Microsoft refuses has failed the unit until the policy brings the right one', async () => {
  await using place = await openPlace();
  const { agent, output, input, difference } = place;
  const wrong = input('only', [0], { stream: { client_secret: 'not-the-right-one' } });
  agent.control.setUnits([output, wrong]);
  agent.start();
  await agent.control.until(() => agent.control.stateOf(wrong.id)?.phase === 'FAILED');
  expect(agent.control.stateOf(wrong.id)?.message).toContain('AADSTS7000215');
  agent.control.setUnits([output, input('only', [0])]);
  await agent.control.until(() => agent.control.stateOf(wrong.id)?.phase === 'HEALTHY');
  expect(agent.control.stateOf(wrong.id)?.index).toBe('2');
  await until(async () => (await difference()).missing.length === 0);
  await agent.stop();
  expect(agent.printed).not.toContain('not-the-right-one');
  expect(agent.ends).toHaveLength(1);
});

test('an output of another kind has failed with a sentence, and so have the inputs that need it', async () => {
  await using place = await openPlace();
  const { agent, input } = place;
  const first = input('first', [0]);
  const source = { type: 'kafka', hosts: ['127.0.0.1:9092'], topic: 'events' };
  agent.control.setUnits([{ id: outputId, kind: 'output', source }, first]);
  agent.start();
  await agent.control.until(() => agent.control.stateOf(outputId)?.phase === 'FAILED');
  expect(agent.control.stateOf(outputId)?.message).toContain('kafka');
  expect(agent.control.stateOf(outputId)?.message).toContain('elasticsearch');
  await agent.control.until(() => agent.control.stateOf(first.id)?.phase === 'FAILED');
});

test('fifty units are told apart, and all of them are in every check-in', async () => {
  const count = 50;
  await using place = await openPlace({ tenants: count, records: 2 });
  const { agent, output, input, difference } = place;
  const inputs = Array.from({ length: count }, (_, index) => input(`n${index}`, [index]));
  agent.control.setUnits([output, ...inputs]);
  agent.start();
  await agent.control.until(() => inputs.every(({ id }) => agent.control.stateOf(id)?.phase === 'HEALTHY'));
  await until(async () => (await difference()).missing.length === 0);
  expect(await difference()).toEqual(nothingAmiss);
  expect(Reflect.get(agent.control.received.at(-1) ?? {}, 'units')).toHaveLength(count + 1);
});

test.each([
  ['in one message', false],
  ['in pieces', true],
])('a policy of 5 MiB is taken %s', async (_, canChunk) => {
  await using place = await openPlace({ canChunk });
  const { agent, output, input, difference } = place;
  agent.control.pieceBytes = 4 * 1024 * 1024;
  const large = input('large', [0], { input: { meta: { note: 'x'.repeat(5 * 1024 * 1024) } } });
  agent.control.setUnits([output, large]);
  agent.start();
  await agent.control.until(() => agent.control.stateOf(large.id)?.phase === 'HEALTHY');
  await until(async () => (await difference()).missing.length === 0);
});
