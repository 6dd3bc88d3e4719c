// The release folder that the tests look at, and the programs in it as somebody has them who has nothing else.

import { spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..', '..');
export const releaseFolder = join(root, 'build', 'release');

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly folder: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** Runs a program to its end, with no more of an environment than what is given. */
export function runIn(words: readonly string[], options: RunOptions): Promise<Outcome> {
  const { folder, environment = {}, input = '' } = options;
  const [program = '', ...rest] = words;
  const child = spawn(program, rest, { cwd: folder, env: environment, stdio: ['pipe', 'pipe', 'pipe'] });
  const printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      printed[name] += text;
    });
  }
  // A program that does not read its input closes it.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...printed }));
  });
}

/** Builds the release into `folder`, with more in the environment than there is. */
export async function buildWith(more: Record<string, string>, folder = releaseFolder): Promise<void> {
  const environment = Object.fromEntries(
    Object.entries({ ...process.env, ...more }).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as const],
    ),
  );
  const words = ['--disable-warning=ExperimentalWarning', join(root, 'input', 'cli', 'build.ts'), folder];
  const { code, stderr } = await runIn([process.execPath, ...words], { folder: tmpdir(), environment });
  if (code !== 0) throw new Error(`the release could not be built:\n${stderr}`);
}

export interface ReleasedProgram {
  readonly about: string;
  /** A folder with the program and nothing else. */
  readonly folder: string;
  readonly command: readonly string[];
}

/** The executable, and the bundle on the Node that runs the tests, each alone in a folder of its own. */
export function placeAlone(): readonly ReleasedProgram[] {
  const alone = (name: string) => {
    const folder = mkdtempSync(join(tmpdir(), 'm365-alone-'));
    const file = join(folder, name);
    copyFileSync(join(releaseFolder, name), file);
    return { folder, file };
  };
  const [executable, module] = [alone('m365'), alone('m365.mjs')];
  return [
    { about: 'the executable', folder: executable.folder, command: [executable.file] },
    { about: 'the bundle', folder: module.folder, command: [process.execPath, module.file] },
  ];
}

/** The program as it runs from the repository. */
export const fromRepository: readonly string[] = [process.execPath, join(root, 'input', 'cli', 'm365.js')];
