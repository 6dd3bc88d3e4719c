// The end that an agent asks for, in the middle of work.

import { createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { nothingAmiss, readDelivered, until } from '../end-to-end/harness.ts';
import { openPlace, outputId } from './harness.ts';

test('what is in flight is settled first, and the next start goes on with the rest', async () => {
  await using place = await openPlace({ tenants: 3, records: 400 });
  const { agent, output, input, difference, path } = place;
  const inputs = [0, 1, 2].map((index) => input(`n${index}`, [index]));
  agent.control.setUnits([output, ...inputs]);
  agent.start();
  await until(async () => (await readDelivered(path('out'))).length > 0);
  expect(await agent.stop()).toEqual({ code: 0, signal: null });
  // The last states may still be on their way when the process is gone.
  await agent.control.until(() => inputs.every(({ id }) => agent.control.stateOf(id)?.phase === 'STOPPED'));
  agent.control.forgetStates();
  agent.start();
  await until(async () => (await difference()).missing.length === 0);
  expect(await difference()).toEqual(nothingAmiss);
});

test('an output that never answers does not hold it up, nor does it keep a check-in waiting', async () => {
  await using place = await openPlace();
  const { agent, input } = place;
  const silent = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => silent.once('listening', resolve));
  const address = silent.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const connected = new Promise((resolve) => silent.once('connection', resolve));
  const source = { type: 'elasticsearch', hosts: [`http://127.0.0.1:${port}`], api_key: 'id:key-of-mine' };
  const first = input('first', [0]);
  agent.control.setUnits([{ id: outputId, kind: 'output', source }, first]);
  agent.start();
  await connected;
  const before = agent.control.received.length;
  await agent.control.until(() => agent.control.received.length > before);
  expect(agent.control.stateOf(first.id)?.phase).toBe('STARTING');
  expect(await agent.stop()).toEqual({ code: 0, signal: null });
  silent.close();
});
