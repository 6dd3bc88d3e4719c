// What goes wrong between an agent and its component: the component is killed, hangs, or is left alone.

import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { lockFolder } from '../../input/files/folder-lock.ts';
import { nothingAmiss, readDelivered, until } from '../end-to-end/harness.ts';
import { openPlace } from './harness.ts';

test('killed again and again, it is started again, and nothing is lost or doubled', async () => {
  await using place = await openPlace({ restartMs: 50, records: 400 });
  const { agent, output, input, difference, path } = place;
  const first = input('first', [0]);
  agent.control.setUnits([output, first]);
  agent.start();
  const delivered = async () => (await readDelivered(path('out'))).length;
  let before = 0;
  for (let kill = 1; kill <= 3; kill += 1) {
    const floor = before;
    await until(async () => (await delivered()) > floor);
    before = await delivered();
    agent.kill('SIGKILL');
    await until(() => agent.ends.length === kill);
  }
  await until(async () => (await difference()).missing.length === 0);
  await agent.control.until(() => agent.control.stateOf(first.id)?.phase === 'HEALTHY');
  expect(await difference()).toEqual(nothingAmiss);
  expect(existsSync(join(agent.top, 'm365', 'm365-default', 'ledger.db'))).toBe(true);
  expect(await agent.stop()).toEqual({ code: 0, signal: null });
});

test('one that hangs is killed after its missed check-ins, and goes on where it was', async () => {
  await using place = await openPlace({ restartMs: 50 });
  const { agent, output, input, difference } = place;
  const first = input('first', [0]);
  agent.control.setUnits([output, first]);
  agent.start();
  await agent.control.until(() => agent.control.stateOf(first.id)?.phase === 'HEALTHY');
  agent.kill('SIGSTOP');
  agent.watchCheckins(100);
  await until(() => agent.ends.length === 1);
  expect(agent.ends[0]).toEqual({ code: null, signal: 'SIGKILL' });
  await agent.control.until(() => agent.control.stateOf(first.id)?.phase === 'HEALTHY');
  await until(async () => (await difference()).missing.length === 0);
  expect(await difference()).toEqual(nothingAmiss);
});

test('a ledger that the process before still has is waited for, and is no failure', async () => {
  await using place = await openPlace();
  const { agent, output, input } = place;
  const folder = join(agent.top, 'm365', 'm365-default');
  mkdirSync(folder, { recursive: true });
  const lock = lockFolder(folder, 'state folder', Date.now());
  const first = input('first', [0]);
  agent.control.setUnits([output, first]);
  agent.start();
  await agent.control.until(() => agent.control.stateOf(first.id)?.phase === 'DEGRADED');
  expect(agent.control.stateOf(first.id)?.message).toContain(`process ${process.pid}`);
  lock.release();
  await agent.control.until(() => agent.control.stateOf(first.id)?.phase === 'HEALTHY');
});

test('an agent that vanishes stops nothing, and finds everything as it is when it comes back', async () => {
  await using place = await openPlace();
  const { agent, emulator, output, input, difference } = place;
  const first = input('first', [0]);
  agent.control.setUnits([output, first]);
  agent.start();
  await agent.control.until(() => agent.control.stateOf(first.id)?.phase === 'HEALTHY');
  agent.control.vanish();
  agent.control.forgetStates();
  emulator.publish({
    tenant: emulator.tenants[0]?.tenantId ?? '',
    contentType: 'Audit.General',
    generate: 20,
  });
  await until(async () => (await difference()).missing.length === 0);
  expect(agent.lines.map(({ message }) => message)).toContainEqual(
    expect.stringMatching(/^The connection to Elastic Agent was lost/),
  );
  await agent.control.listen();
  await agent.control.until(() => agent.control.stateOf(first.id)?.phase === 'HEALTHY');
  expect(agent.control.stateOf(first.id)?.index).toBe('1');
  expect(agent.ends).toEqual([]);
  expect(await difference()).toEqual(nothingAmiss);
});

test('an agent that comes back with a token of its own has another component, and this one ends in order', async () => {
  await using place = await openPlace({ restartMs: 3_600_000 });
  const { agent, output, input } = place;
  const first = input('first', [0]);
  agent.control.setUnits([output, first]);
  agent.start();
  await agent.control.until(() => agent.control.stateOf(first.id)?.phase === 'HEALTHY');
  agent.control.vanish();
  agent.control.token = 'the-token-of-a-later-start';
  await agent.control.listen();
  expect(await agent.ended()).toEqual({ code: 1, signal: null });
  expect(agent.printed).toContain('Elastic Agent refused the token');
});
