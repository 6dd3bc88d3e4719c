// The inputs of a policy and their streams: one stream is what one source has of one tenant. Inputs of other types belong
// to somebody else and are left aside with a note.

import { dataStreamOf } from '../../../pipelines/dataset.ts';
import { keyOf } from '../../contract/component.ts';
import type { DocumentProcessor } from '../../documents/processors/processor.ts';
import type { Option } from '../../options/option.ts';
import { type PolicyProblem, suggest } from '../../options/problems.ts';
import { fixedSecret, type Secret } from '../../options/secret.ts';
import { readSettings, type Settings } from '../../options/settings.ts';
import {
  findEntry,
  findUnresolved,
  type ListNode,
  type MapNode,
  type PolicyNode,
  plain,
} from '../../options/settings-tree.ts';
import { findKind, sourceKinds, usualKind } from '../../sources/index.ts';
import type { RegisteredKind } from '../../sources/stream-source.ts';
import { disableHostOption, inputOptions } from '../collector-options.ts';
import { judgePackage } from '../installed-package/judge-package.ts';
import { streamOptions } from '../stream-options.ts';
import { inputKeys, streamKeys } from './fleet-keys.ts';
import type { CompletenessPolicy, OutdatedInput, StreamPolicy } from './policy.ts';
import { readProcessors } from './processors/read-processors.ts';
import { asksForReports, readCompleteness } from './read-completeness.ts';
import type { NamedOutputs } from './read-outputs.ts';
import { checkEmulated, checkNamespace, checkUntouched, readMapping } from './read-stream.ts';

const optionsByKind = new WeakMap<RegisteredKind, readonly Option[]>();

/**
 * Every setting of a stream that reads such a source, in the order in which they are documented. A kind's are always the
 * same array: its streams share one validator, which holds tens of kilobytes.
 */
export function optionsOf(kind: RegisteredKind): readonly Option[] {
  const options = optionsByKind.get(kind) ?? [...kind.options, ...streamOptions(kind.dataset)];
  optionsByKind.set(kind, options);
  return options;
}

export interface ReadStream {
  readonly stream: StreamPolicy;
  /** All that it was read from, secrets too: its own settings, and those of its input. */
  readonly readFrom: unknown;
  readonly shown: Record<string, unknown>;
}

interface Reading {
  readonly outputs: NamedOutputs;
  /** Lets the emulator's records into a namespace of real ones. */
  readonly force: boolean;
  readonly problems: PolicyProblem[];
  readonly notes: string[];
  readonly completeness: CompletenessPolicy[];
  readonly outdated: OutdatedInput[];
}

export function readInputs(policy: MapNode, reading: Reading): readonly ReadStream[] {
  const streams = maps(findEntry(policy, 'inputs')?.value, 'inputs', reading).flatMap((input, index) =>
    isOurs(input, reading) ? readInput(input, index, reading) : [],
  );
  reading.problems.push(...findConflicts(streams));
  return streams;
}

/** Finds streams that cannot stand beside each other. */
export function findConflicts(streams: readonly ReadStream[]): PolicyProblem[] {
  return [...findRepeated(streams), ...findMixed(streams)];
}

function maps(node: PolicyNode | undefined, what: string, { problems }: Reading): readonly MapNode[] {
  if (node?.kind !== 'list') {
    if (node) problems.push({ place: node.place, message: `${what} must be a list` });
    return [];
  }
  return onlyMaps(node, what, problems);
}

function onlyMaps(list: ListNode, what: string, problems: PolicyProblem[]): readonly MapNode[] {
  return list.items.flatMap((item) => {
    if (item.kind === 'map') return [item];
    problems.push({ place: item.place, message: `an entry of ${what} must be a map` });
    return [];
  });
}

function isOurs(input: MapNode, { problems, notes }: Reading): boolean {
  const type = textAt(input, 'type');
  const named = findEntry(input, 'type')?.value;
  if (named && type === '') {
    problems.push(...findUnresolved(named));
    return false;
  }
  if (type === 'm365') return true;
  // A slip in our own name would otherwise collect nothing, with only a note to say so.
  if (type === undefined) problems.push({ place: input.place, message: 'an input needs a type, here m365' });
  else if (suggest(type, ['m365']) && type.length <= 6)
    problems.push({ place: input.place, message: `unknown input type "${type}"${suggest(type, ['m365'])}` });
  else notes.push(`${input.place}: left aside an input of type ${type}`);
  return false;
}

const inputRules = {
  options: inputOptions.options,
  otherKeys: inputKeys,
  nestedParts: new Set(['streams']),
  findRightPart: belongsInStream,
};

/** Other collectors have no streams: what belongs in one stands in the input there. */
function foreignToInputs(): ReadonlyMap<string, string> {
  const all = sourceKinds().flatMap(({ foreignSettings }) => [...(foreignSettings ?? [])]);
  return new Map(all.map(([name, instead]) => [name, `${instead} (in streams[])`]));
}

function readInput(input: MapNode, index: number, reading: Reading): ReadStream[] {
  const { problems } = reading;
  const name = textAt(input, 'name') ?? textAt(input, 'id') ?? `#${index + 1}`;
  const rules = { ...inputRules, what: `the input ${name}`, refused: foreignToInputs() };
  const settings = readSettings(input, rules, problems);
  const processors = readProcessors(findEntry(input, 'processors')?.value, problems);
  if (settings && !settings.flag('enabled')) {
    reading.notes.push(`${input.place}: left aside the input ${name}, which is not enabled`);
    return [];
  }
  if (settings) problems.push(...checkNamespace(settings));
  if (settings) reading.notes.push(...noteHost(settings));
  const id = textAt(input, 'id') ?? name;
  const judged = judgePackage(input, name);
  if (judged?.is === 'too old') reading.outdated.push({ ...judged, input: id });
  else if (judged) reading.notes.push(judged.message);
  const nodes = maps(findEntry(input, 'streams')?.value, 'streams', reading);
  const streams = nodes
    .filter((node) => !asksForReports(node))
    .flatMap((stream, position) => {
      const fallbackId = `${id}-${position + 1}`;
      const read = readStream(stream, {
        ...reading,
        input: settings,
        inputNode: input,
        processors,
        fallbackId,
      });
      return read ? [read] : [];
    });
  for (const node of nodes.filter(asksForReports)) {
    const report = readCompleteness(node, settings, reading.outputs, problems);
    if (report) reading.completeness.push({ ...report, streams: streams.map(({ stream }) => stream.id) });
  }
  return streams;
}

interface ReadingStream extends Reading {
  /** Undefined when the input itself has problems; its streams are checked all the same. */
  readonly input: Settings | undefined;
  readonly inputNode: MapNode;
  /** Those of the input, which come first. */
  readonly processors: readonly DocumentProcessor[];
  readonly fallbackId: string;
}

function readStream(node: MapNode, reading: ReadingStream): ReadStream | undefined {
  const { problems, notes, input, inputNode } = reading;
  const id = textAt(node, 'id') ?? reading.fallbackId;
  const kind = kindOf(node);
  const { foreignSettings: refused } = kind;
  const rules = {
    what: `the stream ${id}`,
    options: optionsOf(kind),
    otherKeys: streamKeys,
    ...(refused && { refused }),
  };
  const settings = readSettings(node, rules, problems);
  const own = readProcessors(findEntry(node, 'processors')?.value, problems);
  if (!settings) return undefined;
  if (!settings.flag('enabled')) {
    notes.push(`${node.place}: left aside the stream ${id}, which is not enabled`);
    return undefined;
  }
  problems.push(...checkNamespace(settings));
  notes.push(...noteHost(settings));
  const source = kind.read(settings, problems);
  const output = input && reading.outputs.use(input.requireText('use_output'), input.placeOf('use_output'));
  if (!source || !input || !output) return undefined;
  const processors = [...reading.processors, ...own];
  const mapping = readMapping({ stream: settings, input, source }, processors, problems);
  if (!reading.force) problems.push(...checkEmulated(source, mapping, node.place));
  problems.push(...checkUntouched(mapping, node.place));
  const readApiKey = readReadingKey(settings);
  const stream = { id, definedAt: node.place, source, mapping, output, ...(readApiKey && { readApiKey }) };
  return {
    stream,
    readFrom: [id, plain(node), plain({ ...inputNode, entries: inputNode.entries.filter(isNoStream) })],
    shown: { id, at: node.place, output: output.name, ...settings.show(), ...namespaceOf(mapping) },
  };
}

function readReadingKey(settings: Settings): Secret | undefined {
  const key = settings.text('read_api_key');
  return key === undefined ? undefined : fixedSecret(key);
}

const isNoStream = ({ key }: MapNode['entries'][number]): boolean => key !== 'streams';

/** One that is not known is complained of with the other settings. */
function kindOf(node: MapNode): RegisteredKind {
  const kind = findKind(textAt(node, 'source') ?? usualKind) ?? findKind(usualKind);
  if (!kind) throw new Error(`the kind of source ${usualKind} is not registered`);
  return kind;
}

/** The host of Elastic Agent's inputs would hide the device that a record is about. */
function noteHost(settings: Settings): readonly string[] {
  const { name } = disableHostOption;
  if (settings.value(name) !== false) return [];
  const instead = 'host.* is the device of a record; agent.name is the machine that collects';
  return [`${settings.placeOf(name)}: ${name} is not used: ${instead}`];
}

const namespaceOf = ({ namespace }: StreamPolicy['mapping']) => ({ 'data_stream.namespace': namespace });

function belongsInStream(name: string): string | undefined {
  const inputsOwn = inputOptions.options.some((option) => option.name === name);
  const known = sourceKinds()
    .flatMap(optionsOf)
    .some((option) => option.name === name || option.name.startsWith(`${name}.`));
  return known && !inputsOwn ? 'a stream (inputs[].streams[])' : undefined;
}

/** Two streams of one feed would share its ledger, and fetch everything twice. */
function findRepeated(streams: readonly ReadStream[]): PolicyProblem[] {
  const found: PolicyProblem[] = [];
  const ids = new Map<string, string>();
  const feeds = new Map<string, StreamPolicy>();
  for (const { stream } of streams) {
    const { definedAt, id, source } = stream;
    const sameId = ids.get(id);
    if (sameId) found.push({ place: definedAt, message: `the stream id ${id} is already used at ${sameId}` });
    ids.set(id, definedAt);
    const twice = Map.groupBy(source.feeds, (name) => feeds.get(keyOf(feedOf(source, name))));
    for (const [holder, names] of twice)
      if (holder !== undefined)
        found.push({ place: definedAt, message: describeRepeated(source, names, holder) });
    for (const name of source.feeds) feeds.set(keyOf(feedOf(source, name)), stream);
  }
  return found;
}

const feedOf = ({ tenantId, kind }: StreamPolicy['source'], name: string) => ({
  tenant: tenantId,
  source: kind,
  name,
});

/** Describes what the two have in common; all of it where they collect the same. */
function describeRepeated(
  { tenantId, feeds }: StreamPolicy['source'],
  names: readonly string[],
  holder: StreamPolicy,
): string {
  const same = names.length === feeds.length && names.length === holder.source.feeds.length;
  return same
    ? `the tenant ${tenantId} already has a stream at ${holder.definedAt}`
    : `the tenant ${tenantId} already has a stream at ${holder.definedAt} that collects ${names.join(', ')} too`;
}

/** The owner of a data stream maps all of it; and its records are recognised in one way. */
function findMixed(streams: readonly ReadStream[]): PolicyProblem[] {
  return streams.flatMap(({ stream: { definedAt, output, mapping } }) => {
    const other = streams.find(
      ({ stream }) =>
        stream.output === output &&
        dataStreamOf(stream.mapping) === dataStreamOf(mapping) &&
        stream.mapping.documents !== mapping.documents,
    );
    if (mapping.documents !== 'raw' || !other) return [];
    const message = `${dataStreamOf(mapping)} would get raw documents from here and mapped ones from ${other.stream.definedAt}; set documents to the same in both, or give one of them another data_stream.namespace`;
    return [{ place: definedAt, message }];
  });
}

function textAt(map: MapNode, key: string): string | undefined {
  const value = findEntry(map, key)?.value;
  return value?.kind === 'scalar' && value.value !== null ? String(value.value) : undefined;
}
