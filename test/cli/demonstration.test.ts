// What a newcomer sees: the demonstration has documents of the audit log and of sign-ins, and the emulator serves Graph too.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { makeWorkplace, runProgram, startProgram, until } from '../end-to-end/harness.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

test('start collects the audit log and the sign-ins of the emulated tenant', async () => {
  const { folder, remove } = await makeWorkplace({ streams: [] });
  closers.push(remove);
  const data = join(folder, 'data');
  const { code, printed } = await runProgram(['start', '--once', '--data', data]);
  expect([code, code === 0 ? '' : printed]).toEqual([0, '']);
  const files = readdirSync(join(data, 'events')).join();
  for (const dataset of ['o365.audit', 'azure.signinlogs']) expect(files).toContain(`logs-${dataset}-demo-`);
});

test('emulate serves the logs of Graph', async () => {
  const { child, printed, exit } = startProgram(['emulate', '--port', '0', '--graph-records', '7']);
  closers.push(() => {
    child.kill('SIGINT');
    return exit;
  });
  await until(() => printed().includes('Ctrl-C ends it.'));
  const url = /graph_url: (\S+)/.exec(printed())?.[1];
  const answer = await fetch(`${url}/emulator/truth/summary`);
  expect(JSON.stringify(await answer.json())).toMatch(/directoryAudits.*messageTraces/);
});
