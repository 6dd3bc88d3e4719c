// The life of the collector under an agent: started, configured, healthy, ended.

import { expect, test } from '@jest/globals';
import { nothingAmiss, until } from '../end-to-end/harness.ts';
import { openPlace, outputId } from './harness.ts';

test('it is started, configured, well, delivers everything, and ends in order when it is asked to', async () => {
  await using place = await openPlace();
  const { agent, output, input, difference } = place;
  const first = input('first', [0]);
  agent.control.setUnits([output, first]);
  agent.start();
  await agent.control.until(() => agent.control.stateOf(first.id)?.phase === 'HEALTHY');
  await until(async () => (await difference()).missing.length === 0);
  expect(agent.control.stateOf(first.id)).toMatchObject({ index: '1', message: 'Collecting 5 feeds.' });
  expect(agent.control.stateOf(outputId)).toMatchObject({ phase: 'HEALTHY', index: '1' });
  expect(await agent.stop()).toEqual({ code: 0, signal: null });
  expect(agent.control.stateOf(first.id)?.phase).toBe('STOPPED');
  expect(await difference()).toEqual(nothingAmiss);
});
