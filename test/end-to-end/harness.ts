// The program as a user starts it: a child process on a policy file, against the emulator over real HTTP.

import { type ChildProcess, spawn } from 'node:child_process';
import { createReadStream, existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { stringify } from 'yaml';
import type { Emulator } from '../../input/emulator/index.ts';

const root = join(import.meta.dirname, '..', '..');

export interface Workplace {
  readonly folder: string;
  readonly policy: string;
  readonly output: string;
  readonly state: string;
  remove(): Promise<void>;
}

export interface PolicyStream {
  readonly tenant_id: string;
  readonly client_id: string;
  readonly client_secret: string;
  readonly [setting: string]: unknown;
}

interface ReportSettings {
  readonly 'data_stream.dataset': 'm365.collection';
}

/** As much of an emulator as it takes to reach it. */
export type EmulatedPlace = Pick<Emulator, 'url' | 'tenants'>;

/** The settings by which a stream reads the emulator's nth tenant. */
export function streamFor(
  emulator: EmulatedPlace,
  index = 0,
  more: Record<string, unknown> = {},
): PolicyStream {
  const tenant = emulator.tenants[index];
  if (!tenant) throw new RangeError(`the emulator has no tenant ${index}`);
  return {
    tenant_id: tenant.tenantId,
    client_id: tenant.clientId,
    client_secret: tenant.clientSecret,
    login_url: emulator.url,
    management_url: emulator.url,
    tags: ['m365-emulator'],
    ...more,
  };
}

export interface PolicyParts {
  readonly streams: readonly (PolicyStream | ReportSettings)[];
  readonly output?: Record<string, unknown>;
  readonly process?: Record<string, unknown>;
  /** `demo`, which may hold what comes from an emulator, unless a test is about that. */
  readonly namespace?: string;
}

export async function makeWorkplace(parts: PolicyParts): Promise<Workplace> {
  const folder = await mkdtemp(join(tmpdir(), 'm365-test-'));
  const output = join(folder, 'output');
  const state = join(folder, 'state');
  const policy = join(folder, 'policy.yml');
  const text = stringify({
    m365: { state_folder: state, ...parts.process },
    outputs: { default: parts.output ?? { type: 'file', path: output } },
    inputs: [
      {
        id: 'm365-test',
        type: 'm365',
        data_stream: { namespace: parts.namespace ?? 'demo' },
        streams: parts.streams,
      },
    ],
  });
  await writeFile(policy, text, { mode: 0o600 });
  return { folder, policy, output, state, remove: () => rm(folder, { recursive: true, force: true }) };
}

export interface Program {
  readonly child: ChildProcess;
  /** Everything written to standard output and standard error. */
  readonly printed: () => string;
  readonly exit: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** Starts `m365 …` on the Node that runs the tests. */
export function startProgram(args: readonly string[], env: NodeJS.ProcessEnv = {}): Program {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(root, 'input', 'cli', 'm365.js'), ...args],
    { cwd: root, env: { ...process.env, NODE_OPTIONS: '', ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    printed += chunk;
  });
  const exit = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal }));
  });
  return { child, printed: () => printed, exit };
}

export async function runProgram(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const program = startProgram(args, env);
  const { code, signal } = await program.exit;
  return { code, signal, printed: program.printed() };
}

/** The Ids of every document in a file output's folder, as often as they are there. */
export async function readDelivered(folder: string): Promise<string[]> {
  const ids: string[] = [];
  if (!existsSync(folder)) return ids;
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ndjson')) continue;
    for await (const line of createInterface({ input: createReadStream(join(folder, name)) })) {
      const document: unknown = JSON.parse(line);
      ids.push(readEventId(document));
    }
  }
  return ids;
}

function readEventId(document: unknown): string {
  if (typeof document === 'object' && document !== null && 'event' in document) {
    const { event } = document;
    if (typeof event === 'object' && event !== null && 'id' in event) return String(event.id);
  }
  return '';
}

/**
 * Looks again every few milliseconds, and less often where looking takes long, because what is waited for needs the
 * processor too. The test's own time limit ends a wait for what never comes.
 */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (;;) {
    const began = performance.now();
    if (await holds()) return;
    await delay(Math.max(5, 2 * (performance.now() - began)));
  }
}

export interface Difference {
  readonly missing: readonly string[];
  readonly doubled: readonly string[];
  readonly unknown: readonly string[];
}

/** Nothing in any of the three lists is what a complete and single delivery looks like. */
export function compare(expected: Iterable<string>, delivered: readonly string[]): Difference {
  const wanted = new Set(expected);
  const seen = new Set<string>();
  const doubled = delivered.filter((id) => seen.size === seen.add(id).size);
  return {
    missing: [...wanted.difference(seen)],
    doubled,
    unknown: [...seen.difference(wanted)],
  };
}

export const nothingAmiss: Difference = { missing: [], doubled: [], unknown: [] };

/** A small seeded generator, so that a failing run can be repeated. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The seed of a random test: M365_TEST_SEED repeats one. */
export function chooseSeed(): number {
  return Number(process.env.M365_TEST_SEED ?? Date.now() % 2 ** 31);
}
