import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { judgeAgentFiles } from '../../input/agent-files/judge-files.ts';
import { runHere } from '../cli/command.ts';
import { until } from '../end-to-end/harness.ts';
import {
  addVersion,
  applyFlavor,
  installArchive,
  makeHome,
  manifestText,
  specText,
  startAgent,
} from './agent-folders.ts';

const flavors = { basic: ['agentbeat'], servers: ['agentbeat', 'apm-server'] };
const script = '#!/bin/sh\necho 1.2.3\n';

let home: string;
let executable: string;
const made: string[] = [];
beforeEach(() => {
  home = makeHome();
  made.push(dirname(home));
  const release = join(dirname(home), 'release');
  mkdirSync(release);
  executable = join(release, 'm365');
  writeFileSync(executable, script, { mode: 0o700 });
  writeFileSync(`${executable}.spec.yml`, specText);
});
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

const install = (...words: string[]) =>
  runHere(['install', 'agent', '--agent-home', home, '--executable', executable, ...words]);
const remove = () => runHere(['install', 'agent', '--agent-home', home, '--remove']);
const namesIn = (folder: string) => readdirSync(join(folder, 'components')).toSorted();
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

test('every version has both files, with the modes that the agent asks for', async () => {
  const folders = ['elastic-agent-9.0.0-aaaaaa', 'elastic-agent-9.1.0-bbbbbb'].map((name) =>
    addVersion(home, name),
  );
  const { code, stdout } = await install();
  expect(code).toBe(0);
  for (const folder of folders) {
    expect(stdout).toContain(`${folder}: put m365 and m365.spec.yml there`);
    expect(startAgent(folder)).toEqual(['agentbeat', 'm365']);
    const components = join(folder, 'components');
    expect(modeOf(join(components, 'm365'))).toBe('755');
    expect(modeOf(join(components, 'm365.spec.yml'))).toBe('644');
    expect(readFileSync(join(components, 'm365'), 'utf8')).toBe(script);
    expect(readFileSync(join(components, 'm365.spec.yml'), 'utf8')).toBe(specText);
    expect(namesIn(folder)).toEqual(['agentbeat', 'agentbeat.spec.yml', 'm365', 'm365.spec.yml']);
  }
});

test('done again it changes nothing; another executable replaces the one before', async () => {
  const folder = addVersion(home, 'elastic-agent-9.1.0-bbbbbb', { flavors });
  await install();
  const placed = join(folder, 'components', 'm365');
  const before = lstatSync(placed, { bigint: true });
  const again = await install();
  expect(again.stdout).toBe(`${folder}: has them already\n`);
  expect(lstatSync(placed, { bigint: true }).ctimeNs).toBe(before.ctimeNs);
  writeFileSync(executable, script.replace('1.2.3', '1.2.4'));
  const newer = await install();
  expect(newer.stdout).toContain(`${folder}: put m365 there\n`);
  expect(readFileSync(placed, 'utf8')).toContain('1.2.4');
});

test('what an agent changed of the modes may stay; what it would refuse is mended', async () => {
  const folder = addVersion(home, 'elastic-agent-9.1.0-bbbbbb');
  await install();
  const placed = join(folder, 'components', 'm365');
  chmodSync(placed, 0o750);
  expect((await install()).stdout).toContain('has them already');
  chmodSync(placed, 0o775);
  expect((await install()).stdout).toContain('put m365 there');
  expect(modeOf(placed)).toBe('755');
});

test('without a spec beside the executable it is the one of this program', async () => {
  const folder = addVersion(home, 'elastic-agent-9.1.0-bbbbbb');
  rmSync(`${executable}.spec.yml`);
  expect((await install()).code).toBe(0);
  const spec = readFileSync(join(folder, 'components', 'm365.spec.yml'), 'utf8');
  expect(spec).toBe(readFileSync(join(import.meta.dirname, '..', '..', 'deploy', 'm365.spec.yml'), 'utf8'));
});

test('a link is replaced by a file, and what it led to is left alone', async () => {
  const folder = addVersion(home, 'elastic-agent-9.1.0-bbbbbb');
  symlinkSync(executable, join(folder, 'components', 'm365'));
  await install();
  expect(lstatSync(join(folder, 'components', 'm365')).isFile()).toBe(true);
  expect(modeOf(executable)).toBe('700');
});

describe('flavors', () => {
  test('it is listed in each, so that applying one leaves it there', async () => {
    const folder = addVersion(home, 'elastic-agent-9.1.0-bbbbbb', { flavors });
    const { stdout } = await install();
    expect(stdout).toContain('listed it in the flavors basic, servers');
    applyFlavor(folder, 'basic');
    expect(startAgent(folder)).toEqual(['agentbeat', 'm365']);
    const text = readFileSync(join(folder, 'manifest.yaml'), 'utf8');
    expect(text).toContain('# Made when the package was built');
    expect(text).toContain('versioned-home: data/elastic-agent-9.1.0-bbbbbb');
  });

  test('the double deletes what is not listed', () => {
    const folder = addVersion(home, 'elastic-agent-9.1.0-bbbbbb', { flavors });
    for (const name of ['m365', 'm365.spec.yml'])
      writeFileSync(join(folder, 'components', name), '', { mode: 0o755 });
    applyFlavor(folder, 'basic');
    expect(namesIn(folder)).toEqual(['agentbeat', 'agentbeat.spec.yml']);
  });

  test('an archive brings it along when it is installed', async () => {
    const name = 'elastic-agent-bbbbbb';
    addVersion(home, name);
    renameSync(join(home, 'data', name, 'manifest.yaml'), join(home, 'manifest.yaml'));
    writeFileSync(join(home, 'manifest.yaml'), manifestText(name, { flavors }));
    await install();
    const installed = installArchive(home, makeHome(), name);
    expect(startAgent(installed)).toEqual(['agentbeat', 'm365']);
  });

  test('a manifest that cannot be read is said, and the files are there all the same', async () => {
    const folder = addVersion(home, 'elastic-agent-9.1.0-bbbbbb');
    writeFileSync(join(folder, 'manifest.yaml'), 'package: [');
    await expect(install()).resolves.toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`${join(folder, 'manifest.yaml')} cannot be understood`),
    });
    expect(startAgent(folder)).toEqual(['agentbeat', 'm365']);
  });
});

test('taken away, nothing of it is left in any version', async () => {
  const folders = ['elastic-agent-9.0.0-aaaaaa', 'elastic-agent-9.1.0-bbbbbb'].map((name) =>
    addVersion(home, name, { flavors }),
  );
  const before = folders.map((folder) => readFileSync(join(folder, 'manifest.yaml'), 'utf8'));
  await install();
  const { code, stdout } = await remove();
  expect(code).toBe(0);
  for (const [at, folder] of folders.entries()) {
    expect(stdout).toContain(`${folder}: removed m365.spec.yml, m365, its place in`);
    expect(startAgent(folder)).toEqual(['agentbeat']);
    expect(readFileSync(join(folder, 'manifest.yaml'), 'utf8')).toBe(before[at]);
  }
  expect((await remove()).stdout).toContain('has none of them');
});

test('a version that is rolled back to has what it had', async () => {
  const old = addVersion(home, 'elastic-agent-9.0.0-aaaaaa', { flavors });
  await install();
  const fresh = addVersion(home, 'elastic-agent-9.1.0-bbbbbb', { flavors });
  await install();
  rmSync(fresh, { recursive: true });
  applyFlavor(old, 'servers');
  expect(startAgent(old)).toEqual(['agentbeat', 'm365']);
});

test('what check says of it: whole, or what is missing where, and nothing where it was never installed', async () => {
  const old = addVersion(home, 'elastic-agent-9.0.0-aaaaaa', { flavors });
  const find = async () => {
    const findings: string[][] = [];
    for await (const { state, message, advice } of judgeAgentFiles(home))
      findings.push([state, message, advice]);
    return findings;
  };
  expect(await find()).toEqual([]);
  await install();
  expect(await find()).toEqual([['ok', expect.stringContaining(home), '']]);
  const fresh = addVersion(home, 'elastic-agent-9.1.0-bbbbbb', { flavors });
  expect(await find()).toEqual([
    ['problem', expect.stringContaining(`${fresh} lacks m365, m365.spec.yml, its place`), expect.any(String)],
  ]);
  await install();
  writeFileSync(join(old, 'manifest.yaml'), manifestText('x', { flavors }));
  expect(await find()).toEqual([
    [
      'problem',
      expect.stringContaining(`${old} lacks its place in the flavors basic, servers`),
      expect.any(String),
    ],
  ]);
});

test('while it waits, a version that comes has it', async () => {
  addVersion(home, 'elastic-agent-9.0.0-aaaaaa');
  const main = join(import.meta.dirname, '..', '..', 'input', 'cli', 'm365.js');
  const words = ['install', 'agent', '--agent-home', home, '--executable', executable, '--wait', '10m'];
  const child = spawn(process.execPath, [main, ...words], { env: { PATH: process.env.PATH } });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  let printed = '';
  child.stdout.on('data', (text) => {
    printed += text;
  });
  await until(() => printed.includes('aaaaaa: put m365'));
  const fresh = addVersion(home, 'elastic-agent-9.1.0-bbbbbb');
  await until(() => printed.includes(`Put beside the agent in ${fresh}`));
  expect(startAgent(fresh)).toEqual(['agentbeat', 'm365']);
  child.kill();
  await exited;
});

describe('what it refuses, with a way out', () => {
  test('no agent', async () => {
    const { code, stderr } = await install();
    expect([code, stderr]).toEqual([1, expect.stringMatching(/no Elastic Agent.*--agent-home/s)]);
  });

  test('an agent without a folder of components', async () => {
    rmSync(join(addVersion(home, 'elastic-agent-9.1.0-bbbbbb'), 'components'), { recursive: true });
    expect(await install()).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('has no folder components'),
      stderr: expect.stringContaining('upgraded'),
    });
  });

  test('an executable for another machine, which changes nothing', async () => {
    const folder = addVersion(home, 'elastic-agent-9.1.0-bbbbbb');
    await install();
    // The header of a program for a processor that nobody has.
    writeFileSync(executable, Buffer.concat([Buffer.from('\x7fELF\x02\x01\x01'), Buffer.alloc(100, 0xfe)]));
    const { code, stderr } = await install();
    expect([code, stderr]).toEqual([1, expect.stringMatching(/made for another system or processor/)]);
    expect(readFileSync(join(folder, 'components', 'm365'), 'utf8')).toBe(script);
    expect(namesIn(folder)).toHaveLength(4);
  });

  test('no executable at all, or no spec', async () => {
    addVersion(home, 'elastic-agent-9.1.0-bbbbbb');
    const none = await runHere(['install', 'agent', '--agent-home', home]);
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('--executable build/release/m365')]);
    const bare = await install('--spec', join(home, 'nothing.yml'));
    expect([bare.code, bare.stderr]).toEqual([2, expect.stringContaining('--spec')]);
  });

  test('a user who may not', async () => {
    const folder = addVersion(home, 'elastic-agent-9.1.0-bbbbbb');
    chmodSync(join(folder, 'components'), 0o555);
    chmodSync(executable, 0o755);
    const main = join(import.meta.dirname, '..', '..', 'input', 'cli', 'main.ts');
    const words = ['install', 'agent', '--agent-home', home, '--executable', executable];
    const code = `import(${JSON.stringify(main)}).then(({ main }) => main(${JSON.stringify(words)}))`;
    const isRoot = process.getuid?.() === 0;
    const { status, stderr } = spawnSync(process.execPath, ['--no-warnings', '-e', code], {
      env: { PATH: process.env.PATH },
      encoding: 'utf8',
      ...(isRoot && { uid: 65_534, gid: 65_534 }),
    });
    expect([status, stderr]).toEqual([1, expect.stringMatching(/permission denied.*as root/s)]);
  });
});

describe('killed while it copies', () => {
  /** The command in a process of its own, whose executable comes through a pipe: as far as the test lets it. */
  function startInstall(): ChildProcess {
    const main = join(import.meta.dirname, '..', '..', 'input', 'cli', 'm365.js');
    const words = ['install', 'agent', '--agent-home', home, '--executable', executable];
    return spawn(process.execPath, [main, ...words], { env: { PATH: process.env.PATH }, stdio: 'ignore' });
  }

  test('there is no spec, and nothing that could be taken for the executable', async () => {
    const folder = addVersion(home, 'elastic-agent-9.1.0-bbbbbb', { flavors });
    rmSync(executable);
    execFileSync('mkfifo', [executable]);
    const child = startInstall();
    const exited = new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)));
    const pipe = openSync(executable, 'r+');
    writeSync(pipe, script);
    const components = join(folder, 'components');
    const halfIn = () => readdirSync(components).find((name) => name.includes('.part'));
    await until(() => statSync(join(components, halfIn() ?? '.')).size === script.length);
    child.kill('SIGKILL');
    expect(await exited).toBe('SIGKILL');
    closeSync(pipe);
    expect(startAgent(folder)).toEqual(['agentbeat']);
    expect(existsSync(join(components, 'm365'))).toBe(false);

    const left = join(components, halfIn() ?? '');
    utimesSync(left, 0, 0);
    rmSync(executable);
    writeFileSync(executable, script, { mode: 0o755 });
    await install();
    expect(startAgent(folder)).toEqual(['agentbeat', 'm365']);
    expect(namesIn(folder)).toEqual(['agentbeat', 'agentbeat.spec.yml', 'm365', 'm365.spec.yml']);
  });

  test('the executable before is what it was', async () => {
    const folder = addVersion(home, 'elastic-agent-9.1.0-bbbbbb', { flavors });
    await install();
    rmSync(executable);
    execFileSync('mkfifo', [executable]);
    const child = startInstall();
    const exited = new Promise((resolve) => child.once('exit', resolve));
    const pipe = openSync(executable, 'r+');
    writeSync(pipe, 'half');
    const components = join(folder, 'components');
    await until(() => readdirSync(components).some((name) => name.includes('.part')));
    child.kill('SIGKILL');
    await exited;
    closeSync(pipe);
    expect(startAgent(folder)).toEqual(['agentbeat', 'm365']);
    expect(readFileSync(join(components, 'm365'), 'utf8')).toBe(script);
  });
});
