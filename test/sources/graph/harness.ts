// The program on an emulated Graph, as a process of its own on a policy file, and what it delivered.

import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GraphLogOptions } from '../../../input/emulator/apis/graph/options.ts';
import { logKinds } from '../../../input/emulator/apis/graph/records/index.ts';
import type { Emulator } from '../../../input/emulator/index.ts';
import { graphKinds } from '../../../input/sources/graph/index.ts';
import { logTypes } from '../../../input/sources/graph/log-types/index.ts';
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
    ...(isRegistered(source) ? {} : { documents: 'raw' }),
  });
  return { ...stream, ...more };
}

/** The others wait for their dataset, and are delivered as they are. */
const isRegistered = (source: string): boolean => graphKinds.some(({ name }) => name === source);

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

/** The documents in a file output's folder. */
function readDocuments(folder: string): Readonly<Record<string, unknown>>[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ndjson'))
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').trim().split('\n'))
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** The Ids of the records, as the truth has them: of what changes with the time of the change. */
export function readIds(folder: string): string[] {
  return readDocuments(folder).map(({ _id, o365audit }) =>
    o365audit === undefined ? withoutTenant(String(_id)) : idOfRecord(Object(o365audit)),
  );
}

const withoutTenant = (id: string): string => id.slice(id.indexOf(':') + 1);

function idOfRecord(record: Readonly<Record<string, unknown>>): string {
  const { id, lastUpdateDateTime, lastUpdatedDateTime, lastModifiedDateTime } = record;
  const changedAt = lastUpdateDateTime ?? lastUpdatedDateTime ?? lastModifiedDateTime;
  return changedAt === undefined ? String(id) : `${id}:${changedAt}`;
}

/** What a complete collection holds, of one log or of all. */
export function truthOf(emulator: Emulator, contentType?: string): string[] {
  const logs = contentType === undefined ? logKinds.map(({ name }) => name) : [contentType];
  return logs.flatMap((log) => [...emulator.distinctIds({ contentType: log })].map(({ id }) => id));
}

/** Every state that an object ever had, too. */
export function statesOf(emulator: Emulator): Set<string> {
  const ids = logKinds.flatMap(({ name }) =>
    [...emulator.truth({ contentType: name })].map(({ id = '' }) => id),
  );
  return new Set(ids);
}

/** The same content for every log. */
export function everyLog(options: GraphLogOptions): Record<string, GraphLogOptions> {
  return Object.fromEntries(logKinds.map(({ name }) => [name, options]));
}

/** A stream for every log type. */
export function everyStream(emulator: Emulator, more: Record<string, unknown> = {}): PolicyStream[] {
  return logTypes.map(({ kind }) => graphStream(emulator, kind, more));
}

/** What the status of a run that has ended says of a feed. */
export function readStatus(
  place: Workplace,
  feed: string,
): { health: string; message: string; code?: string } {
  const status = JSON.parse(readFileSync(join(place.state, 'status.json'), 'utf8'));
  const found = status.components.find((each: { feed?: string }) => each.feed === feed);
  if (found === undefined) throw new Error(`the status has no ${feed}: ${JSON.stringify(status.components)}`);
  return found;
}
