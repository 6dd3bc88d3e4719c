import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ComponentFiles } from '../../input/agent-files/component-files.ts';
import { removeFiles } from '../../input/agent-files/install-files.ts';
import { homeOfComponent, type KeepOptions, keepFiles } from '../../input/agent-files/keep-files.ts';
import { ManualClock } from '../http/manual-clock.ts';
import {
  addComponent,
  addVersion,
  applyFlavor,
  makeHome,
  manifestText,
  specText,
  startAgent,
} from './agent-folders.ts';

const flavors = { basic: ['agentbeat'] };
const lines: string[] = [];
const problems: (string | undefined)[] = [];
const ends: (() => Promise<unknown>)[] = [];
let home: string;
let old: string;
let files: ComponentFiles;
let clock: ManualClock;

beforeEach(() => {
  home = makeHome();
  old = addVersion(home, 'elastic-agent-9.0.0-aaaaaa', { flavors });
  addComponent(old, 'm365');
  writeFileSync(join(old, 'components', 'm365.spec.yml'), specText);
  files = { executable: join(old, 'components', 'm365'), spec: specText };
  clock = new ManualClock(Date.now());
});
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  lines.length = 0;
  problems.length = 0;
  rmSync(dirname(home), { recursive: true, force: true });
});

function keep(more: Partial<KeepOptions> = {}) {
  const stop = new AbortController();
  const note = (_: object, line: string) => void lines.push(line);
  const log = { debug: note, info: note, warn: note, error: note };
  const kept = keepFiles({
    ...{ home, files, clock, log, signal: stop.signal },
    own: join(old, 'components'),
    onProblem: (problem) => problems.push(problem),
    ...more,
  });
  const end = () => {
    stop.abort();
    return kept;
  };
  ends.push(end);
  return { kept, end };
}

/** Lets time pass until it holds. */
async function pass(holds: () => boolean): Promise<void> {
  while (!holds()) await clock.advance(1_000);
}

function runs(folder: string): boolean {
  try {
    return startAgent(folder).includes('m365');
  } catch {
    return false;
  }
}

test('a version that is unpacked piece by piece has it before its agent starts', async () => {
  keep();
  await pass(() => clock.sleeping > 0);
  const fresh = join(home, 'data', 'elastic-agent-9.1.0-bbbbbb');
  mkdirSync(fresh);
  await clock.advance(5_000);
  expect(existsSync(join(fresh, 'components'))).toBe(false);
  mkdirSync(join(fresh, 'components'));
  await pass(() => runs(fresh));
  addComponent(fresh, 'agentbeat');
  expect(startAgent(fresh).toSorted()).toEqual(['agentbeat', 'm365']);
  expect(readFileSync(join(fresh, 'components', 'm365.spec.yml'), 'utf8')).toBe(specText);
  await pass(() => lines.length > 0);
  expect(lines).toEqual([`Put beside the agent in ${fresh}: m365, m365.spec.yml.`]);
});

test('a manifest that may still be written is left to the agent', async () => {
  clock = new ManualClock(Date.now() - 3_600_000);
  keep();
  const fresh = join(home, 'data', 'elastic-agent-9.1.0-bbbbbb');
  mkdirSync(join(fresh, 'components'), { recursive: true });
  const whole = manifestText('elastic-agent-9.1.0-bbbbbb', { flavors });
  const manifest = join(fresh, 'manifest.yaml');
  writeFileSync(manifest, whole.slice(0, -10));
  await pass(() => runs(fresh));
  await clock.advance(60_000);
  expect(readFileSync(manifest, 'utf8')).toBe(whole.slice(0, -10));
  writeFileSync(manifest, whole);
  await clock.advance(60_000);
  expect(readFileSync(manifest, 'utf8')).toBe(whole);
  expect(problems).toEqual([]);
});

test('once settled, the manifest lists it, and a flavor that is applied leaves it there', async () => {
  const fresh = addVersion(home, 'elastic-agent-9.1.0-bbbbbb', { flavors });
  keep();
  await pass(() => readFileSync(join(fresh, 'manifest.yaml'), 'utf8').includes('m365') && runs(fresh));
  applyFlavor(fresh, 'basic');
  expect(runs(fresh)).toBe(true);
});

test('what vanishes comes back, and what an operator has put there stays', async () => {
  const fresh = addVersion(home, 'elastic-agent-9.1.0-bbbbbb');
  addComponent(fresh, 'm365');
  const newer = '#!/bin/sh\necho newer\n';
  writeFileSync(join(fresh, 'components', 'm365'), newer);
  keep();
  rmSync(join(fresh, 'components', 'm365.spec.yml'));
  await pass(() => runs(fresh));
  expect(readFileSync(join(fresh, 'components', 'm365'), 'utf8')).toBe(newer);
  rmSync(join(fresh, 'components', 'm365'));
  await pass(() => runs(fresh));
  expect(readFileSync(join(fresh, 'components', 'm365'), 'utf8')).not.toBe(newer);
});

test('what is there before it is told to end is still looked after', async () => {
  const { end } = keep();
  await pass(() => clock.sleeping > 0);
  const fresh = addVersion(home, 'elastic-agent-9.1.0-bbbbbb');
  expect(await end()).toBeUndefined();
  expect(runs(fresh)).toBe(true);
});

test('taken away on purpose, it does not come back', async () => {
  const fresh = addVersion(home, 'elastic-agent-9.1.0-bbbbbb', { flavors });
  const { kept } = keep();
  await pass(() => runs(fresh));
  await removeFiles([home], Date.now());
  let isOver = false;
  void kept.then(() => {
    isOver = true;
  });
  await pass(() => isOver);
  expect(startAgent(fresh)).toEqual(['agentbeat']);
  expect(startAgent(old)).toEqual(['agentbeat']);
});

test('a folder that cannot be written is said once, and when it can again', async () => {
  const fresh = addVersion(home, 'elastic-agent-9.1.0-bbbbbb');
  // Root may write everywhere, but nobody can put a file where a folder is.
  mkdirSync(join(fresh, 'components', 'm365', 'in-the-way'), { recursive: true });
  keep();
  await pass(() => problems.some((problem) => problem !== undefined));
  await clock.advance(10_000);
  expect(problems).toEqual([expect.stringMatching(/would not find this program.*cannot be written/)]);
  expect(startAgent(fresh)).toEqual(['agentbeat']);
  rmSync(join(fresh, 'components', 'm365'), { recursive: true });
  await pass(() => problems.length > 1);
  expect([problems.at(-1), runs(fresh)]).toEqual([undefined, true]);
});

test.each([
  ['/opt/Elastic/Agent/data/elastic-agent-9.1.0-1a2b3c/components/m365', '/opt/Elastic/Agent'],
  [
    'C:\\Program Files\\Elastic\\Agent\\data\\elastic-agent-1a2b3c\\components\\m365.exe',
    'C:\\Program Files\\Elastic\\Agent',
  ],
  ['/usr/local/bin/m365', undefined],
])('the home of %s is %s', (executable, expected) => {
  expect(homeOfComponent(executable)).toBe(expected);
});

test('what has a mode that the agent refuses is replaced', async () => {
  const fresh = addVersion(home, 'elastic-agent-9.1.0-bbbbbb');
  addComponent(fresh, 'm365');
  chmodSync(join(fresh, 'components', 'm365'), 0o777);
  keep();
  await pass(() => runs(fresh));
});
