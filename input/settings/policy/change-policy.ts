// What another reading of a policy changes: whatever is the same as before is the same object, so that it goes on running.

import { isDeepStrictEqual } from 'node:util';
import type { OutputPolicy } from '../../outputs/output-policy.ts';
import type { CompletenessPolicy, Policy, StreamPolicy } from './policy.ts';

export interface PolicyChange {
  /** The new policy, with the objects of the old one for what is the same. */
  readonly policy: Policy;
  /** What is different, for a person: `added the stream contoso`. Empty where what runs stays the same. */
  readonly differences: readonly string[];
  /** The settings of the process that take effect with the next start alone. */
  readonly later: readonly string[];
}

export function changePolicy(before: Policy, after: Policy): PolicyChange {
  const isSame = (one: StreamPolicy | OutputPolicy, other: StreamPolicy | OutputPolicy): boolean =>
    isDeepStrictEqual(before.readFrom?.get(one), after.readFrom?.get(other));
  const outputs = after.outputs.map(
    (output) => before.outputs.find((old) => old.name === output.name && isSame(old, output)) ?? output,
  );
  const keep = <T extends { readonly output: OutputPolicy }>(part: T): T => {
    const output = outputs.find(({ name }) => name === part.output.name) ?? part.output;
    return output === part.output ? part : { ...part, output };
  };
  const readFrom = new Map<StreamPolicy | OutputPolicy, unknown>();
  const streams = after.streams.map((read) => {
    const stream = keep(read);
    const old = before.streams.find(({ id }) => id === stream.id);
    const kept = old && old.output === stream.output && isSame(old, read) ? old : stream;
    readFrom.set(kept, after.readFrom?.get(read));
    return kept;
  });
  for (const [index, output] of outputs.entries()) {
    const read = after.outputs[index];
    readFrom.set(output, read && after.readFrom?.get(read));
  }
  const completeness = (after.completeness ?? []).map((report) => samePlace(keep(report), before));
  const policy = { ...after, streams, outputs, completeness, readFrom };
  return { policy, differences: describe(before, policy), later: laterSettings(before, after) };
}

/** A report that only stands in another line is the same report. */
function samePlace(report: CompletenessPolicy, { completeness = [] }: Policy): CompletenessPolicy {
  const same = completeness.find(
    ({ namespace, intervalMs, output, streams }) =>
      namespace === report.namespace &&
      intervalMs === report.intervalMs &&
      output === report.output &&
      streams.some((id) => report.streams.includes(id)),
  );
  return same ? { ...report, definedAt: same.definedAt } : report;
}

function describe(before: Policy, after: Policy): string[] {
  const streams = [before, after].map(({ streams: all }) => new Map(all.map((each) => [each.id, each])));
  const outputs = [before, after].map(({ outputs: all }) => new Map(all.map((each) => [each.name, each])));
  const level = after.process.logLevel;
  return [
    ...differencesOf('output', outputs),
    ...differencesOf('stream', streams),
    ...(isDeepStrictEqual(reportsOf(before), reportsOf(after))
      ? []
      : ['changed the reports of completeness']),
    ...(level === before.process.logLevel ? [] : [`changed the log level to ${level}`]),
  ];
}

function differencesOf(what: string, [before, after]: ReadonlyMap<string, unknown>[]): string[] {
  const old = before ?? new Map<string, unknown>();
  const current = after ?? new Map<string, unknown>();
  const verbs = {
    added: [...current.keys()].filter((name) => !old.has(name)),
    removed: [...old.keys()].filter((name) => !current.has(name)),
    changed: [...current.keys()].filter((name) => old.has(name) && old.get(name) !== current.get(name)),
  };
  return Object.entries(verbs).flatMap(([verb, names]) =>
    names.length === 0 ? [] : [`${verb} the ${what}${names.length > 1 ? 's' : ''} ${names.join(', ')}`],
  );
}

const reportsOf = ({ completeness = [] }: Policy) =>
  completeness.map(({ namespace, intervalMs, output, streams }) => [
    namespace,
    intervalMs,
    output.name,
    streams,
  ]);

/** What stands for the whole process, or was opened with it. */
const settingNames = {
  stateFolder: 'state_folder',
  memoryBytes: 'memory_budget',
  stopTimeoutMs: 'stop_timeout',
  statusPort: 'status.port',
  logRequests: 'logging.requests',
} as const;

function laterSettings(before: Policy, after: Policy): string[] {
  const names = Object.entries(settingNames);
  const [old, current] = [before, after].map(
    ({ process }) => new Map<string, unknown>(Object.entries(process)),
  );
  return names.flatMap(([key, name]) => (old?.get(key) === current?.get(key) ? [] : [`m365.${name}`]));
}
