// Maps a parsed record to its document. The mapper is pure, and never throws: what it cannot place stays, with a
// reason.

import type { Dataset } from './dataset.ts';
import type { Definitions } from './definitions.ts';
import { fixed, type Slots } from './engine/layout.ts';
import { compileReadRecord, type ShapedRecord } from './engine/read-record.ts';
import { compileRecordTypes } from './engine/record-types.ts';
import { compileIdentify, type Identify } from './identity.ts';
import type { Json, JsonObject } from './json/json.ts';
import { compileParse, type ParseRecord } from './record-head.ts';
import { compileParts, compilePlans } from './rules/plan.ts';

/** The facts known about a record beside its text. */
export interface MapContext {
  /** The configured tenant: the GUID where it is known. */
  readonly tenantId: string;
  /** Goes to organization.name. */
  readonly tenantName?: string | undefined;
  /** The time at which Microsoft made the content blob, ISO 8601 UTC. */
  readonly contentCreated?: string | undefined;
  /** The time at which its body began to arrive, ISO 8601 UTC; becomes event.created. */
  readonly fetchedAt: string;
  readonly tags?: readonly string[] | undefined;
  /** Keep the text of the record as event.original. */
  readonly preserveOriginal?: boolean | undefined;
  /** The namespace of the data stream; `default` by default. */
  readonly namespace?: string | undefined;
}

export interface EcsDocument {
  readonly '@timestamp': string;
  readonly [field: string]: Json;
}

/** Knows which record a text is, and nothing of what it means. */
export interface RecordReader {
  readonly dataset: Dataset;
  readonly parse: ParseRecord;
  readonly identify: Identify;
}

export function compileReader(definitions: Definitions): RecordReader {
  const { dataset } = definitions;
  return {
    dataset,
    parse: compileParse(dataset, compileRecordTypes(definitions)),
    identify: compileIdentify(dataset),
  };
}

export interface Mapper extends RecordReader {
  /** It never throws: a text that is no record becomes a document that says so. */
  read(text: string): ShapedRecord;
  /** The document as one line of JSON, `event` in front. */
  write(record: ShapedRecord, context: MapContext): string;
  /** The same as an object. */
  map(record: ShapedRecord, context: MapContext): EcsDocument;
}

/** Elastic's pipelines remove event.original from documents without it. */
const keepOriginalTag = 'preserve_original_event';

export function compileMapper(definitions: Definitions): Mapper {
  const parts = compileParts(definitions);
  const findPlan = compilePlans(definitions, parts);
  const { dataset } = definitions;
  const setContext = compileContext(dataset);
  const findType = compileRecordTypes(definitions);
  const ecsText = `,"ecs":${JSON.stringify({ version: definitions.ecsVersion })}}`;
  // The values are those of the record that is being written, and of no other: everything is taken back at its end.
  const values: Json[] = Array.from({ length: parts.positions.size }, () => undefined);
  const slots: Slots = Array.from({ length: parts.numbers.size }, () => undefined);

  function writeFields(record: ShapedRecord, context: MapContext): string {
    const plan = findPlan(record.type.key, record.action);
    setContext(slots, record.text, context);
    slots[fixed.code] = record.type.name;
    slots[fixed.outcome] = plan.outcome(values) ?? 'unknown';
    plan.run(values, slots, record.numbers);
    if (context.tenantId !== '') slots[fixed.organizationId] ??= context.tenantId;
    parts.settle(slots);
    for (const gather of parts.gather) gather(slots);
    const { message, assemble } = plan.ending(values, slots[fixed.outcome]);
    slots[fixed.message] ??= message(values, slots);
    return assemble(slots, record.kept);
  }

  function write(record: ShapedRecord, context: MapContext): string {
    if (record.problem !== undefined) return JSON.stringify(describeProblem(record, context, definitions));
    const { numbers, created = timeOf(context) } = record;
    try {
      for (let i = 0; i < numbers.length; i += 1) values[numbers[i] ?? 0] = record.values[i];
      return `${writeFields(record, context)},"@timestamp":${JSON.stringify(created)}${ecsText}`;
    } finally {
      for (let i = 0; i < numbers.length; i += 1) values[numbers[i] ?? 0] = undefined;
      slots.fill(undefined);
    }
  }

  return {
    ...compileReader(definitions),
    read: compileReadRecord(definitions, parts.positions, findType),
    write,
    map: (record, context) => JSON.parse(write(record, context)),
  };
}

type SetContext = (slots: Slots, text: string, context: MapContext) => void;

/** Writes the fields of a context. They are worked out when it comes first: thousands of records have it in common. */
export function compileContext(dataset: Dataset): SetContext {
  let last: MapContext | undefined;
  let tags: string[] | undefined;
  let dataStream: JsonObject | undefined;
  return (slots, text, context) => {
    if (context !== last) {
      tags = tagsOf(context);
      dataStream = dataStreamOf(context, dataset);
      last = context;
    }
    slots[fixed.dataStream] = dataStream;
    slots[fixed.organizationName] = context.tenantName;
    slots[fixed.tags] = tags;
    slots[fixed.created] = context.fetchedAt;
    if (context.preserveOriginal === true) slots[fixed.original] = text;
  };
}

/** Returns the time of a record that does not say when it was created. */
export function timeOf({ contentCreated, fetchedAt }: MapContext): string {
  return contentCreated ?? fetchedAt;
}

function tagsOf(
  { tags = [], preserveOriginal = false }: MapContext,
  keepsOriginal = preserveOriginal,
): string[] | undefined {
  if (tags.length === 0 && !keepsOriginal) return undefined;
  return keepsOriginal && !tags.includes(keepOriginalTag) ? [...tags, keepOriginalTag] : [...tags];
}

function dataStreamOf({ namespace = 'default' }: MapContext, { name }: Dataset): JsonObject {
  return { type: 'logs', dataset: name, namespace };
}

/** Text that is no record is kept whole, for whoever looks into it. */
function describeProblem(
  { text, problem = '' }: ShapedRecord,
  context: MapContext,
  { dataset, ecsVersion }: Definitions,
): EcsDocument {
  const { name, module } = dataset;
  const created = context.fetchedAt;
  return {
    event: { kind: 'pipeline_error', created, dataset: name, module, original: text },
    '@timestamp': timeOf(context),
    ecs: { version: ecsVersion },
    data_stream: dataStreamOf(context, dataset),
    organization: { id: context.tenantId || undefined, name: context.tenantName },
    error: { message: [problem] },
    message: `A record could not be read: ${problem}`,
    tags: tagsOf(context, true),
  };
}
