// Reads the processors of a policy: those of Elastic Agent's that change or drop a document. Fleet itself writes add_fields
// for the global data tags of an agent policy. Any other is refused by name: one that does nothing would be found out late.

import type { ConstantValue } from '../../../documents/constant-fields.ts';
import type {
  DocumentCondition,
  DocumentProcessor,
  FieldPair,
} from '../../../documents/processors/processor.ts';
import { type PolicyProblem, suggest } from '../../../options/problems.ts';
import { findEntry, type MapNode, type PolicyNode, plain } from '../../../options/settings-tree.ts';
import { asMap, flatten } from './plain-values.ts';
import { readCondition } from './read-condition.ts';

interface ProcessorReading {
  readonly name: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly when: DocumentCondition | undefined;
  readonly refuse: (message: string) => undefined;
}

interface ProcessorReader {
  readonly settings: readonly string[];
  read(reading: ProcessorReading): DocumentProcessor | undefined;
}

const pairSettings = ['fields', 'ignore_missing', 'fail_on_error'];

const readers: Readonly<Record<string, ProcessorReader>> = {
  add_fields: { settings: ['fields', 'target'], read: readAddFields },
  add_tags: { settings: ['tags', 'target'], read: readAddTags },
  drop_event: { settings: [], read: readDropEvent },
  drop_fields: { settings: ['fields', 'ignore_missing'], read: readDropFields },
  rename: { settings: pairSettings, read: (reading) => readPairs('rename', reading) },
  copy_fields: { settings: pairSettings, read: (reading) => readPairs('copy_fields', reading) },
};

export const processorNames: readonly string[] = Object.keys(readers);

export function readProcessors(node: PolicyNode | undefined, problems: PolicyProblem[]): DocumentProcessor[] {
  if (!node || (node.kind === 'scalar' && (node.value === null || node.value === ''))) return [];
  if (node.kind === 'list') return node.items.flatMap((item) => readProcessor(item, problems) ?? []);
  problems.push({ place: node.place, message: 'processors must be a list' });
  return [];
}

function readProcessor(item: PolicyNode, problems: PolicyProblem[]): DocumentProcessor | undefined {
  const report = (place: string, message: string): undefined => void problems.push({ place, message });
  const entry = item.kind === 'map' && item.entries.length === 1 ? item.entries[0] : undefined;
  if (item.kind === 'map' && findEntry(item, 'if'))
    return report(item.place, 'write the condition of if as "when" into each of the processors');
  if (!entry) return report(item.place, 'a processor is a map of its name to its settings');
  const { key: name, place, value } = entry;
  const reader = Object.hasOwn(readers, name) ? readers[name] : undefined;
  if (!reader) return report(place, describeUnsupported(name));
  const map: MapNode = value.kind === 'map' ? value : { kind: 'map', place, entries: [] };
  const condition = findEntry(map, 'when')?.value;
  const when = condition && readCondition(condition, problems);
  if (condition && !when) return undefined;
  const settings = asMap(plain(map)) ?? {};
  const refuse = (message: string) => report(value.place, `${name}: ${message}`);
  const known = [...reader.settings, 'when'];
  const alien = Object.keys(settings).find((key) => !known.includes(key));
  if (alien !== undefined)
    return refuse(`unknown setting "${alien}"${suggest(alien, known)} (it takes ${known.join(', ')})`);
  return reader.read({ name, settings, when, refuse });
}

const customPipeline = 'logs-<dataset>@custom';

/** What to use in place of processors that people look for. */
const instead: Readonly<Record<string, string>> = {
  add_host_metadata: 'agent.name is the machine that collects, and host.* the device of the record',
  include_fields: 'use drop_fields',
  add_labels: 'use add_fields with the target labels',
};

function describeUnsupported(name: string): string {
  const near = suggest(name, processorNames);
  const use = instead[name] ?? `use the ingest pipeline ${customPipeline}`;
  return `the processor ${name} is not supported${near} (only ${processorNames.join(', ')}); ${use}`;
}

/** Fields by which a document is found again, and that say where it belongs. */
const essential = ['@timestamp', '@metadata', 'data_stream', 'event.id', 'organization.id'];

function findEssential(name: string): string | undefined {
  return essential.find(
    (field) => field === name || field.startsWith(`${name}.`) || name.startsWith(`${field}.`),
  );
}

const describeEssential = (field: string) => `${field} stays as it is: a document is found by it`;

function withWhen(processor: DocumentProcessor, when: DocumentCondition | undefined): DocumentProcessor {
  return when ? { ...processor, when } : processor;
}

function readAddFields({ settings, when, refuse }: ProcessorReading): DocumentProcessor | undefined {
  const added = asMap(settings.fields);
  if (!added) return refuse('it takes `fields`, a map, and `target`');
  // Elastic Agent's default; Fleet writes an empty target, which is the root.
  const target = typeof settings.target === 'string' ? settings.target : 'fields';
  const fields: Record<string, ConstantValue> = {};
  for (const [name, value] of Object.entries(flatten(added, target === '' ? '' : `${target}.`))) {
    const wrong = essential.find((field) => field === name || name.startsWith(`${field}.`));
    if (wrong !== undefined) return refuse(describeEssential(wrong));
    if (!isConstant(value)) return refuse(`${name} must be text, a number, true, false, or a list of them`);
    fields[name] = value;
  }
  return withWhen({ kind: 'add_fields', fields }, when);
}

const isScalar = (value: unknown) => ['string', 'number', 'boolean'].includes(typeof value);

function isConstant(value: unknown): value is ConstantValue {
  return isScalar(value) || (Array.isArray(value) && value.every(isScalar));
}

function readAddTags({ settings, when, refuse }: ProcessorReading): DocumentProcessor | undefined {
  const { tags, target = 'tags' } = settings;
  if (!Array.isArray(tags) || !tags.every(isScalar) || typeof target !== 'string')
    return refuse('it takes `tags`, a list, and `target`, a field');
  const wrong = findEssential(target);
  if (wrong !== undefined) return refuse(describeEssential(wrong));
  return withWhen(
    { kind: 'add_tags', tags: tags.map(String), target: target === '' ? 'tags' : target },
    when,
  );
}

function readDropEvent({ when, refuse }: ProcessorReading): DocumentProcessor | undefined {
  return when
    ? { kind: 'drop_event', when }
    : refuse('it needs a condition; without one nothing is delivered');
}

function readDropFields({ settings, when, refuse }: ProcessorReading): DocumentProcessor | undefined {
  const names = [settings.fields ?? []].flat();
  if (names.length === 0 || !names.every((name) => typeof name === 'string'))
    return refuse('it takes `fields`, a list of names');
  const pattern = names.find((name) => /^\/.*\/$/.test(name));
  if (pattern !== undefined) return refuse(`${pattern} is an expression; write the names of the fields`);
  const wrong = names.map(findEssential).find((field) => field !== undefined);
  if (wrong !== undefined) return refuse(describeEssential(wrong));
  return withWhen({ kind: 'drop_fields', names }, when);
}

function readPairs(kind: 'rename' | 'copy_fields', reading: ProcessorReading): DocumentProcessor | undefined {
  const { settings, when, refuse } = reading;
  const items = Array.isArray(settings.fields) ? settings.fields.map(readPair) : [];
  const pairs = items.filter((pair) => pair !== undefined);
  if (pairs.length === 0 || pairs.length < items.length)
    return refuse('it takes `fields`, a list of maps with `from` and `to`');
  const touched = pairs.flatMap(({ from, to }) => (kind === 'rename' ? [from, to] : [to]));
  const wrong = touched.map(findEssential).find((field) => field !== undefined);
  if (wrong !== undefined) return refuse(describeEssential(wrong));
  const ignoreMissing = settings.ignore_missing === true;
  return withWhen({ kind, pairs, ignoreMissing, failOnError: settings.fail_on_error !== false }, when);
}

function readPair(value: unknown): FieldPair | undefined {
  const { from, to } = asMap(value) ?? {};
  return typeof from === 'string' && typeof to === 'string' && from !== '' && to !== ''
    ? { from, to }
    : undefined;
}
