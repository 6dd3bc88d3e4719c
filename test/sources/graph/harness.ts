// The program on an emulated Graph, as a process of its own on a policy file, and what it delivered.

import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Emulator } from '../../../input/emulator/index.ts';
import { compiledScripts } from '../../compiled-scripts.ts';
import {
  makeWorkplace,
  type PolicyStream,
  type Program,
  streamFor,
  type Workplace,
} from '../../end-to-end/harness.ts';

const program = join(import.meta.dirname, 'm365.ts');

/** The settings of a stream that reads a log type of the emulator's first tenant, as fast as it answers. */
export function graphStream(
  emulator: Emulator,
  source: string,
  more: Record<string, unknown> = {},
): PolicyStream {
  const { management_url: _, ...stream } = streamFor(emulator, 0, {
    id: source,
    source,
    graph_url: emulator.url,
    requests_per_minute: 100_000,
    documents: 'raw',
  });
  return { ...stream, ...more };
}

export function makeGraphWorkplace(streams: readonly PolicyStream[]): Promise<Workplace> {
  return makeWorkplace({ streams });
}

export function startGraph(...words: string[]): Program {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...words], {
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...compiledScripts },
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      printed += chunk;
    });
  const exit = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal }));
  });
  return { child, printed: () => printed, exit };
}

export async function runGraph(...words: string[]): Promise<{ code: number | null; printed: string }> {
  const running = startGraph(...words);
  const { code } = await running.exit;
  return { code, printed: running.printed() };
}

/** The records in a file output's folder, as they were served. */
function readRecords(folder: string): Readonly<Record<string, unknown>>[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ndjson'))
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').trim().split('\n'))
    .filter((line) => line !== '')
    .map((line) => Object(Object(JSON.parse(line)).o365audit));
}

/** The Ids of the records, as the truth has them: with the time of the change where a property of that name is given. */
export function readIds(folder: string, changedAt?: string): string[] {
  return readRecords(folder).map((record) =>
    changedAt === undefined ? String(record.id) : `${record.id}:${record[changedAt]}`,
  );
}

/** What a complete collection of a feed holds. */
export function truthOf(emulator: Emulator, contentType: string): string[] {
  return [...emulator.distinctIds({ contentType })].map(({ id }) => id);
}
