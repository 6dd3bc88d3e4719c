// A command as a user runs it: a child process, its exit code and what it printed.

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { main } from '../../input/cli/main.ts';

const root = join(import.meta.dirname, '..', '..');

export interface CommandOutcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCommand {
  readonly child: ChildProcess;
  readonly outcome: Promise<CommandOutcome>;
  /** Resolves when the text was printed on standard error. */
  printed(text: RegExp): Promise<void>;
}

/** Where what is printed goes; by default it is kept. */
export interface Streams {
  /** A file to write to instead. */
  readonly stdout?: string;
  /** Nobody reads this one any more. */
  readonly closed?: 'stdout' | 'stderr';
}

/** Starts `m365 …words`; no environment of the developer's reaches it, except what node needs. */
export function start(
  words: readonly string[],
  environment: Record<string, string> = {},
  streams: Streams = {},
): RunningCommand {
  const file = streams.stdout === undefined ? undefined : openSync(streams.stdout, 'w');
  const script = join(root, 'input', 'cli', 'm365.js');
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, ...words], {
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...environment },
    stdio: ['ignore', file ?? 'pipe', 'pipe'],
  });
  if (file !== undefined) closeSync(file);
  if (streams.closed) child[streams.closed]?.destroy();
  let stdout = '';
  let stderr = '';
  const watchers = new Set<() => void>();
  child.stdout?.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
    for (const watch of watchers) watch();
  });
  const outcome = new Promise<CommandOutcome>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
  const printed = (text: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const watch = () => {
        if (text.test(stderr)) resolve();
      };
      watchers.add(watch);
      watch();
      outcome.then(() => reject(new Error(`it ended before it printed ${text}:\n${stderr}`)), reject);
    });
  return { child, outcome, printed };
}

export function run(
  words: readonly string[],
  environment?: Record<string, string>,
  streams?: Streams,
): Promise<CommandOutcome> {
  return start(words, environment, streams).outcome;
}

/** The same inside this process, which is quicker; for commands that end by themselves. */
export async function runHere(words: readonly string[]): Promise<CommandOutcome> {
  const printed = { stdout: '', stderr: '' };
  const restore = [capture('stdout', printed), capture('stderr', printed)];
  const exitCode = process.exitCode;
  process.exitCode = undefined;
  process.env.NO_COLOR = '1';
  try {
    await main(words);
    return { code: Number(process.exitCode ?? 0), ...printed };
  } finally {
    process.exitCode = exitCode;
    for (const each of restore) each();
  }
}

function capture(stream: 'stdout' | 'stderr', printed: Record<typeof stream, string>): () => void {
  const write = process[stream].write;
  process[stream].write = (chunk: string | Uint8Array, ...rest: readonly unknown[]) => {
    printed[stream] += chunk;
    const done = rest.at(-1);
    if (typeof done === 'function') process.nextTick(done);
    return true;
  };
  return () => {
    process[stream].write = write;
  };
}
