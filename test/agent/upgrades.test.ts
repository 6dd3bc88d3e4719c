// The collector while its agent is upgraded: it runs from the folder of one version, and another one comes.

import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { writeSpec } from '../../input/agent/spec/write-spec.ts';
import { addVersion, startAgent } from '../agent-files/agent-folders.ts';
import { nothingAmiss, until } from '../end-to-end/harness.ts';
import { openPlace, outputId } from './harness.ts';

const program = join(import.meta.dirname, '..', '..', 'input', 'cli', 'm365.js');

/** The program stands in for the executable: a Node under its name, told what to run. */
function putBeside(components: string): readonly string[] {
  mkdirSync(components, { recursive: true });
  const executable = join(components, 'm365');
  copyFileSync(process.execPath, executable);
  writeFileSync(join(components, 'm365.spec.yml'), writeSpec({}));
  return [executable, '--disable-warning=ExperimentalWarning', program, 'agent'];
}

test('a new version of the agent has it before that agent starts, what cannot be is said, and collecting goes on', async () => {
  const command: string[] = [];
  await using place = await openPlace({ command });
  const { agent, output, input, difference } = place;
  const versions = dirname(dirname(dirname(agent.pathData)));
  command.push(...putBeside(join(versions, 'elastic-agent-9.6.0-abcdef', 'components')));
  const first = input('first', [0]);
  agent.control.setUnits([output, first]);
  agent.start();
  await agent.control.until(() => agent.control.stateOf(first.id)?.phase === 'HEALTHY');

  const refusing = join(versions, 'elastic-agent-9.6.1-bbbbbb');
  mkdirSync(join(refusing, 'components', 'm365', 'in-the-way'), { recursive: true });
  const told = () => agent.control.stateOf(outputId)?.message ?? '';
  await agent.control.until(() => /would not find this program/.test(told()));
  expect(told()).toContain(join(refusing, 'components', 'm365'));
  expect(agent.control.stateOf(outputId)?.phase).toBe('HEALTHY');
  rmSync(refusing, { recursive: true });
  await agent.control.until(() => !/would not find this program/.test(told()));

  const fresh = addVersion(agent.top, 'elastic-agent-9.7.0-cccccc');
  await until(() => existsSync(join(fresh, 'components', 'm365.spec.yml')));
  expect(startAgent(fresh)).toEqual(['agentbeat', 'm365']);
  await until(async () => (await difference()).missing.length === 0);
  expect(await agent.stop()).toEqual({ code: 0, signal: null });
  expect(await difference()).toEqual(nothingAmiss);
});
