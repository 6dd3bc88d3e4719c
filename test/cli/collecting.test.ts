import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Emulator, startEmulator } from '../../input/emulator/index.ts';
import { compare, makeWorkplace, nothingAmiss, readDelivered, streamFor } from '../end-to-end/harness.ts';
import { run, runHere, start } from './command.ts';

let emulator: Emulator;

beforeAll(async () => {
  const content = { records: 600, days: 1, recordsPerBlob: 50, ratePerMinute: 0 };
  emulator = await startEmulator({ tenants: [{ content }] });
});
afterAll(() => emulator.close());

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

const truth = () => [...emulator.distinctIds()].map(({ id }) => id);
const newWorkplace = () => makeWorkplace({ streams: [streamFor(emulator, 0, { interval: '5s' })] });

describe('m365 run', () => {
  test('--once collects what there is, says so in ECS JSON, leaves a status, and finds nothing more', async () => {
    const { policy, output, state } = await newWorkplace();
    const first = await run(['run', '--policy', policy, '--once']);
    expect([first.code, first.stdout, first.stderr]).toEqual([0, '', expect.any(String)]);
    expect(compare(truth(), await readDelivered(output))).toEqual(nothingAmiss);
    const lines = first.stderr
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.at(-1)).toMatchObject({
      'log.level': 'info',
      message: expect.stringMatching(/^Ended: 600 records delivered, .* 0 content blobs lost\.$/),
    });
    const status = JSON.parse(readFileSync(join(state, 'status.json'), 'utf8'));
    expect(statSync(join(state, 'status.json')).mode & 0o777).toBe(0o600);
    expect(status.components.map(({ feed }: { feed?: string }) => feed)).toEqual(
      expect.arrayContaining(['Audit.Exchange', 'DLP.All']),
    );
    const second = await run(['run', '--policy', policy, '--once']);
    expect(second.code).toBe(0);
    expect(second.stderr).toContain('Ended: 0 records delivered');
  });

  test('ends in order with the first SIGTERM, and serves its status meanwhile', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const port = portOf(taken);
    await new Promise((resolve) => taken.close(resolve));
    const { policy, output } = await makeWorkplace({
      streams: [streamFor(emulator)],
      process: { 'status.port': port },
    });
    const running = start(['run', '--policy', policy]);
    await running.printed(/subscription|reachable/);
    const status = await (await fetch(`http://127.0.0.1:${port}/status`)).json();
    expect(status).toMatchObject({ pid: running.child.pid });
    running.child.kill('SIGTERM');
    const { code, stderr } = await running.outcome;
    expect(code).toBe(0);
    expect(stderr).toContain('Ending: what is in flight is delivered first.');
    const rest = await run(['run', '--policy', policy, '--once']);
    expect(rest.code).toBe(0);
    expect(compare(truth(), await readDelivered(output))).toEqual(nothingAmiss);
  });

  test('ends with exit code 0 when it is interrupted while an output is being opened', async () => {
    const connected = Promise.withResolvers<void>();
    const silent = createServer(() => connected.resolve()).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { policy } = await makeWorkplace({
      streams: [streamFor(emulator)],
      output: { type: 'elasticsearch', hosts: [`http://127.0.0.1:${portOf(silent)}`] },
    });
    const running = start(['run', '--policy', policy]);
    await connected.promise;
    running.child.kill('SIGINT');
    const { code, stderr } = await running.outcome;
    expect([code, stderr]).toEqual([0, expect.stringContaining('Ending')]);
    silent.close();
  });

  test('prints documents on standard output, and nothing else there', async () => {
    const { policy } = await newWorkplace();
    const { code, stdout } = await run(['run', '--policy', policy, '--once', '--output', 'console']);
    expect(code).toBe(0);
    const documents = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(documents).toHaveLength(600);
    expect(documents[0]).toMatchObject({ data_stream: { dataset: 'o365.audit', namespace: 'demo' } });
  });

  test('that looked at the documents elsewhere still delivers them where the policy says', async () => {
    const { policy, output, state } = await newWorkplace();
    const looked = await run(['run', '--policy', policy, '--once', '--output', 'console']);
    expect([looked.code, looked.stderr]).toEqual([0, expect.stringContaining(join(state, 'output-console'))]);
    const again = await run(['run', '--policy', policy, '--once', '--output', 'console']);
    expect([again.code, again.stdout]).toEqual([0, '']);
    expect((await run(['run', '--policy', policy, '--once'])).code).toBe(0);
    expect(compare(truth(), await readDelivered(output))).toEqual(nothingAmiss);
  });

  test('says what a wrong secret is, exits 1, and delivers nothing', async () => {
    const stream = { ...streamFor(emulator), client_secret: 'not-the-secret' };
    const { policy, output } = await makeWorkplace({ streams: [stream] });
    const { code, stderr } = await runHere(['run', '--policy', policy, '--once']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/AADSTS7000215/);
    expect(stderr).not.toContain('not-the-secret');
    expect(await readDelivered(output)).toEqual([]);
  });

  test.each([
    ['content', 'cannot be listed: forbidden'],
    ['blob', 'content blobs could not be had in this run'],
  ] as const)('--once that could not have everything exits 1: %s', async (operation, line) => {
    const { policy } = await newWorkplace();
    const match = { operation, contentType: 'Audit.Exchange' } as const;
    emulator.setFaults([{ match, fault: { kind: 'status', status: 403 } }]);
    const { code, stderr } = await runHere(['run', '--policy', policy, '--once']);
    emulator.setFaults([]);
    expect([code, stderr]).toEqual([1, expect.stringContaining(line)]);
  });

  test('refuses the emulator in a namespace of real records, unless forced', async () => {
    const { policy, state } = await makeWorkplace({ streams: [streamFor(emulator)], namespace: 'default' });
    const refused = await runHere(['run', '--policy', policy, '--once']);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/belong in the namespace demo, not default; --force/);
    expect(existsSync(state)).toBe(false);
    expect((await runHere(['run', '--policy', policy, '--once', '--force'])).code).toBe(0);
  });
});

test('m365 start collects its own tenant and goes on where it was', async () => {
  const { folder } = await newWorkplace();
  const data = join(folder, 'data');
  const first = await runHere(['start', '--data', data, '--once']);
  expect([first.code, first.stdout]).toEqual([0, '']);
  // A report of completeness is no event.
  const readEvents = async () => (await readDelivered(join(data, 'events'))).filter((id) => id !== '');
  const delivered = await readEvents();
  expect(delivered.length).toBeGreaterThan(15_000);
  expect(new Set(delivered).size).toBe(delivered.length);
  const demo = readFileSync(join(data, 'demo.json'), 'utf8');
  const second = await runHere(['start', '--data', data, '--once']);
  expect(second.code).toBe(0);
  expect(readFileSync(join(data, 'demo.json'), 'utf8')).toBe(demo);
  const status = JSON.parse(readFileSync(join(data, 'state', 'status.json'), 'utf8'));
  expect(status.health).toBe('healthy');
  const again = await readEvents();
  expect(new Set(again).size).toBe(again.length);
  const kept = new Set(again);
  expect(delivered.filter((id) => !kept.has(id))).toEqual([]);
  // The dashboard on completeness has reports to show.
  expect(
    readdirSync(join(data, 'events')).filter((name) => name.startsWith('logs-m365.collection-demo-')),
  ).not.toEqual([]);
});
