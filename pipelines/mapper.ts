// From a parsed record to the document it becomes. Pure, and never throws: what it cannot place stays, with a reason.

import type { Definitions } from './definitions.ts';
import { compilePlans, dataset, module, type Plan } from './engine/plan.ts';
import { compileShape } from './engine/shape.ts';
import { share, writeValue } from './engine/shared-text.ts';
import { addTo } from './engine/tame.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { type ParsedRecord, parseExactly } from './parse-record.ts';
import { toDate } from './verbs/date.ts';
import { toKeyword } from './verbs/keyword.ts';

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
  /** The same document as one line of JSON, for half the work of serialising it. */
  write(record: ParsedRecord, context: MapContext): string;
}

/** Elastic's pipelines remove event.original from documents without it. */
const keepOriginalTag = 'preserve_original_event';

/** A document but for what its plan says of the event, which is the same for many. */
interface Draft {
  readonly plan: Plan;
  readonly timestamp: string;
  readonly event: JsonObject;
  /** Everything else but ecs and o365. */
  readonly sections: JsonObject;
  readonly audit: JsonObject;
}

export function compileMapper(definitions: Definitions): Mapper {
  const shape = compileShape(definitions);
  const findPlan = compilePlans(definitions);
  const codes = new Map(
    Object.entries(definitions.recordTypeNames).map(([number, name]) => [Number(number), name]),
  );
  const ecs = { version: definitions.ecsVersion };
  const ecsText = `,"ecs":${JSON.stringify(ecs)},"event":`;

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
    const timestamp = timestampOf(audit, context);
    const event: JsonObject = {
      action: undefined,
      code: codeOf(audit.RecordType, codes),
      created: context.fetchedAt,
      id: undefined,
      original: context.preserveOriginal === true ? text : undefined,
      outcome: plan.outcome(audit) ?? 'unknown',
      provider: undefined,
    };
    const sections: JsonObject = {
      data_stream: dataStreamOf(context.namespace),
      event,
      organization: context.tenantName === undefined ? undefined : { name: context.tenantName },
      user: undefined,
      source: undefined,
      client: undefined,
      network: undefined,
      related: undefined,
      message: undefined,
      tags: tagsOf(context, context.preserveOriginal === true),
    };
    plan.run(audit, sections, present);
    if (context.tenantId !== '') nameTenant(sections, context.tenantId);
    for (const gather of plan.gather) gather(sections);
    sections.message = plan.message(audit, sections);
    sections.event = undefined;
    return { plan, timestamp, event, sections, audit };
  }

  function map({ value, text, problem }: ParsedRecord, context: MapContext): EcsDocument {
    if (value === undefined) return describeProblem(text, problem, context, ecs);
    const { plan, timestamp, event, sections, audit } = draft(value, text, context);
    return { '@timestamp': timestamp, ecs, ...sections, event: { ...plan.event, ...event }, o365: { audit } };
  }

  function write({ value, text, problem }: ParsedRecord, context: MapContext): string {
    if (value === undefined) return JSON.stringify(describeProblem(text, problem, context, ecs));
    const { plan, timestamp, event, sections, audit } = draft(value, text, context);
    const head = `{"@timestamp":${JSON.stringify(timestamp)}${ecsText}${plan.eventText}`;
    return `${head}${writeRest(event)}}${writeRest(sections)},"o365":{"audit":${JSON.stringify(audit)}}}`;
  }

  return { map, write };
}

/** For a record that does not name its own. */
function nameTenant(sections: JsonObject, id: string): void {
  const { organization } = sections;
  if (organization === undefined) sections.organization = { id };
  else if (isObject(organization)) organization.id ??= id;
}

/** The properties of an object, each after a comma. */
function writeRest(object: JsonObject): string {
  let text = '';
  for (const name in object) {
    const value = object[name];
    if (value !== undefined) text += nameText(name) + writeValue(value);
  }
  return text;
}

const nameTexts = new Map<string, string>();

function nameText(name: string): string {
  let text = nameTexts.get(name);
  if (text === undefined) {
    text = `,${JSON.stringify(name)}:`;
    nameTexts.set(name, text);
  }
  return text;
}

/** Microsoft's name of the record type; the number itself, as text, where it is not known. */
function codeOf(recordType: Json, names: ReadonlyMap<number, string>): string | undefined {
  const name = typeof recordType === 'number' ? names.get(recordType) : undefined;
  if (name !== undefined) return name;
  const text = toKeyword(recordType);
  return text === undefined ? undefined : (names.get(Number(text)) ?? text);
}

function timestampOf(audit: JsonObject, { contentCreated, fetchedAt }: MapContext): string {
  const created = toDate(audit.CreationTime);
  if (created !== undefined) return created;
  addTo(audit, 'unplaced', ['CreationTime: no date']);
  return contentCreated ?? fetchedAt;
}

function tagsOf({ tags = [] }: MapContext, keepsOriginal: boolean): string[] | undefined {
  if (tags.length === 0 && !keepsOriginal) return undefined;
  const all = keepsOriginal && !tags.includes(keepOriginalTag) ? [...tags, keepOriginalTag] : [...tags];
  return all;
}

const defaultStream: JsonObject = share({ type: 'logs', dataset, namespace: 'default' });

function dataStreamOf(namespace = 'default'): JsonObject {
  return namespace === 'default' ? defaultStream : { type: 'logs', dataset, namespace };
}

/** What is no record is kept whole, for whoever looks into it. */
function describeProblem(text: string, problem = '', context: MapContext, ecs: JsonObject): EcsDocument {
  return {
    '@timestamp': context.contentCreated ?? context.fetchedAt,
    ecs,
    data_stream: dataStreamOf(context.namespace),
    event: { kind: 'pipeline_error', created: context.fetchedAt, dataset, module, original: text },
    organization: { id: context.tenantId || undefined, name: context.tenantName },
    error: { message: [problem] },
    message: `A record could not be read: ${problem}`,
    tags: tagsOf(context, true),
  };
}
