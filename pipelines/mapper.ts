// From a parsed record to the document it becomes. Pure, and never throws: what it cannot place stays, with a reason.

import type { Definitions } from './definitions.ts';
import type { Assemble } from './engine/assemble.ts';
import { fixed, type Slots } from './engine/layout.ts';
import { compilePlans, dataset, module } from './engine/plan.ts';
import { compileShape } from './engine/shape.ts';
import { addTo } from './engine/tame.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { type ParsedRecord, parseExactly } from './parse-record.ts';
import { toDate } from './verbs/date.ts';
import { toKeyword } from './verbs/keyword.ts';
import { toDouble } from './verbs/number.ts';

/** What is known about a record beside its text. */
export interface MapContext {
  /** The configured tenant: the GUID where it is known. */
  readonly tenantId: string;
  /** Goes to organization.name. */
  readonly tenantName?: string | undefined;
  /** When Microsoft made the content blob, ISO 8601 UTC. */
  readonly contentCreated?: string | undefined;
  /** When its body began to arrive, ISO 8601 UTC; becomes event.created. */
  readonly fetchedAt: string;
  readonly tags?: readonly string[] | undefined;
  /** Keep the text of the record as event.original. */
  readonly preserveOriginal?: boolean | undefined;
  /** Of the data stream; `default` by default. */
  readonly namespace?: string | undefined;
}

export interface EcsDocument {
  readonly '@timestamp': string;
  readonly [field: string]: Json;
}

/** Both take the record over: its value becomes `o365.audit` of the document. */
export interface Mapper {
  /** Undefined properties mean absent ones. Parts may be shared between documents: they are not to be changed. */
  map(record: ParsedRecord, context: MapContext): EcsDocument;
  /** The same document as one line of JSON, `event` in front, for less than serialising it costs. */
  write(record: ParsedRecord, context: MapContext): string;
}

/** Elastic's pipelines remove event.original from documents without it. */
const keepOriginalTag = 'preserve_original_event';

/** A document before it is put together. */
interface Draft {
  /** Of the record itself, as an ISO date. */
  readonly created: string | undefined;
  readonly slots: Slots;
  readonly audit: JsonObject;
  readonly assemble: Assemble;
}

export function compileMapper(definitions: Definitions): Mapper {
  const shape = compileShape(definitions);
  const findPlan = compilePlans(definitions);
  const codes = new Map(
    Object.entries(definitions.recordTypeNames).map(([number, name]) => [Number(number), name]),
  );
  const ecs = { version: definitions.ecsVersion };
  const ecsText = `,"ecs":${JSON.stringify(ecs)}}`;

  /** A record with a number that is not what its text said is parsed again, exactly. */
  function shapeValue(value: JsonObject, text: string, present: number[]): JsonObject {
    if (shape(value, present, false)) return value;
    const exact = parseExactly(text);
    if (!isObject(exact)) return value;
    present.length = 0;
    shape(exact, present, true);
    return exact;
  }

  function draft(value: JsonObject, text: string, context: MapContext): Draft {
    const present: number[] = [];
    const audit = shapeValue(value, text, present);
    const plan = findPlan(audit.RecordType, audit.Operation);
    const slots = plan.layout.empty.slice();
    setContext(slots, text, context);
    slots[fixed.code] = codeOf(audit.RecordType, codes);
    slots[fixed.outcome] = plan.outcome(audit) ?? 'unknown';
    plan.run(audit, slots, present);
    if (context.tenantId !== '') slots[fixed.organizationId] ??= context.tenantId;
    for (const gather of plan.gather) gather(slots);
    const { message, assemble } = plan.ending(audit, slots[fixed.outcome]);
    slots[fixed.message] ??= message(audit, slots);
    const created = toDate(audit.CreationTime);
    if (created === undefined) addTo(audit, 'unplaced', ['CreationTime: no date']);
    return { created, slots, audit, assemble };
  }

  function map({ value, text, problem }: ParsedRecord, context: MapContext): EcsDocument {
    if (value === undefined) return describeProblem(text, problem, context, ecs);
    const { created, slots, audit, assemble } = draft(value, text, context);
    return { '@timestamp': created ?? timeOf(context), ecs, ...assemble.build(slots, audit) };
  }

  function write({ value, text, problem }: ParsedRecord, context: MapContext): string {
    if (value === undefined) return JSON.stringify(describeProblem(text, problem, context, ecs));
    const { created, slots, audit, assemble } = draft(value, text, context);
    const timestamp = created === undefined ? JSON.stringify(timeOf(context)) : `"${created}"`;
    return `${assemble.write(slots, audit)},"@timestamp":${timestamp}${ecsText}`;
  }

  return { map, write };
}

function setContext(slots: Slots, text: string, context: MapContext): void {
  slots[fixed.dataStream] = dataStreamOf(context.namespace);
  slots[fixed.organizationName] = context.tenantName;
  slots[fixed.tags] = tagsOf(context);
  slots[fixed.created] = context.fetchedAt;
  if (context.preserveOriginal === true) slots[fixed.original] = text;
}

/** Microsoft's name of the record type; the number itself, as text, where it is not known. */
function codeOf(recordType: Json, names: ReadonlyMap<number, string>): string | undefined {
  const name = typeof recordType === 'number' ? names.get(recordType) : undefined;
  if (name !== undefined) return name;
  const text = toKeyword(recordType);
  return text === undefined ? undefined : (names.get(toDouble(text) ?? Number.NaN) ?? text);
}

/** Of a record that does not say when it was created. */
function timeOf({ contentCreated, fetchedAt }: MapContext): string {
  return contentCreated ?? fetchedAt;
}

function tagsOf(
  { tags = [], preserveOriginal = false }: MapContext,
  keepsOriginal = preserveOriginal,
): string[] | undefined {
  if (tags.length === 0 && !keepsOriginal) return undefined;
  const all = keepsOriginal && !tags.includes(keepOriginalTag) ? [...tags, keepOriginalTag] : [...tags];
  return all;
}

const defaultStream: JsonObject = { type: 'logs', dataset, namespace: 'default' };

function dataStreamOf(namespace = 'default'): JsonObject {
  return namespace === 'default' ? defaultStream : { type: 'logs', dataset, namespace };
}

/** What is no record is kept whole, for whoever looks into it. */
function describeProblem(text: string, problem = '', context: MapContext, ecs: JsonObject): EcsDocument {
  return {
    event: { kind: 'pipeline_error', created: context.fetchedAt, dataset, module, original: text },
    '@timestamp': timeOf(context),
    ecs,
    data_stream: dataStreamOf(context.namespace),
    organization: { id: context.tenantId || undefined, name: context.tenantName },
    error: { message: [problem] },
    message: `A record could not be read: ${problem}`,
    tags: tagsOf(context, true),
  };
}
