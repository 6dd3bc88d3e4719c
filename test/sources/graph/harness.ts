// The program on an emulated Graph, as a process of its own on a policy file, and what it delivered.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GraphLogOptions } from '../../../input/emulator/apis/graph/options.ts';
import { logKinds } from '../../../input/emulator/apis/graph/records/index.ts';
import type { Emulator } from '../../../input/emulator/index.ts';
import { logTypes } from '../../../input/sources/graph/log-types/index.ts';
import { compiledScripts } from '../../compiled-scripts.ts';
import {
  type Difference,
  type EmulatedPlace,
  makeWorkplace,
  type PolicyStream,
  type Program,
  runProgram,
  startProgram,
  streamFor,
  type Workplace,
} from '../../end-to-end/harness.ts';

/** The settings of a stream that reads a log type of one of the emulator's tenants, as fast as it answers. */
export function graphStream(
  emulator: EmulatedPlace,
  source: string,
  more: Record<string, unknown> = {},
  tenant = 0,
): PolicyStream {
  const { management_url: _, ...stream } = streamFor(emulator, tenant, {
    id: source,
    source,
    graph_url: emulator.url,
    requests_per_minute: 100_000,
    preserve_original_event: true,
  });
  return { ...stream, ...more };
}

export function makeGraphWorkplace(streams: readonly PolicyStream[]): Promise<Workplace> {
  return makeWorkplace({ streams });
}

export function startGraph(...words: string[]): Program {
  return startProgram(words, compiledScripts);
}

export function runGraph(...words: string[]) {
  return runProgram(words, compiledScripts);
}

/** The records of the documents in a file output's folder, as they were served. */
function readRecords(folder: string): Readonly<Record<string, unknown>>[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ndjson'))
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').trim().split('\n'))
    .filter((line) => line !== '')
    .map((line) => JSON.parse(Object(JSON.parse(line)).event.original));
}

/** The Ids of the records, as the truth has them: with recipient and status of a trace, with the time of a change. */
export function readIds(folder: string): string[] {
  const records = readRecords(folder).filter(({ recordType }) => recordType !== 'overview');
  return records.map((record) => {
    const changedAt = record.lastUpdateDateTime ?? record.lastUpdatedDateTime ?? record.lastModifiedDateTime;
    const { id, recipientAddress: recipient, status } = record;
    const trace = recipient === undefined ? undefined : `${recipient}:${status}`.toLowerCase();
    return [id, trace, changedAt].filter((part) => part !== undefined).join(':');
  });
}

/** What a complete collection holds, of one log or of all whose records have a time. */
export function truthOf(emulator: Emulator, contentType?: string): string[] {
  const timed = logKinds.filter(({ objects }) => objects === undefined).map(({ name }) => name);
  const logs = contentType === undefined ? timed : [contentType];
  return logs.flatMap((log) => [...emulator.distinctIds({ contentType: log })].map(({ id }) => id));
}

/** Every state that an object ever had, too. */
export function statesOf(emulator: Emulator): Set<string> {
  const ids = logKinds.flatMap(({ name }) =>
    [...emulator.truth({ contentType: name })].map(({ id = '' }) => id),
  );
  return new Set(ids);
}

/**
 * What is wrong with the states of services in a folder. The last record of each service says how it is now; each says what
 * the one before it said, and nothing twice; none tells a state that never was.
 */
export function compareOverviews(emulator: Emulator, folder: string): Difference {
  const records = readOverviews(folder);
  const states = statesOf(emulator);
  const [missing, doubled, unknown]: [string[], string[], string[]] = [[], [], []];
  const last = new Map<string, string>();
  for (const record of records.toSorted((one, other) => (timeOf(one) < timeOf(other) ? -1 : 1))) {
    const [id, status, before] = [String(record.id), String(record.status), record.previousStatus];
    if (last.get(id) === status) doubled.push(`${id}:${status}`);
    else if (last.get(id) !== before) missing.push(`${id}:${before}`);
    if (!states.has(`${id}:${status}`)) unknown.push(`${id}:${status}`);
    last.set(id, status);
  }
  const now = truthOf(emulator, 'serviceOverviews');
  missing.push(...now.filter((each) => !each.endsWith(`:${last.get(each.split(':', 1)[0] ?? '')}`)));
  return { missing, doubled, unknown };
}

function readOverviews(folder: string): Readonly<Record<string, unknown>>[] {
  return readRecords(folder).filter(({ recordType }) => recordType === 'overview');
}

export function countOverviews(folder: string): number {
  return readOverviews(folder).length;
}

const timeOf = ({ readDateTime }: Readonly<Record<string, unknown>>): string => String(readDateTime);

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
