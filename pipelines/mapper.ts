// From a parsed record to the document it becomes. Pure, and never throws: what it cannot place stays, with a reason.

import type { Definitions } from './definitions.ts';
import { compilePlans } from './engine/plan.ts';
import { compileShape } from './engine/shape.ts';
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

export interface Mapper {
  /** Takes the record over: its value becomes `o365.audit` of the document. Undefined properties mean absent ones. */
  map(record: ParsedRecord, context: MapContext): EcsDocument;
}

export const dataset = 'o365.audit';

/** Elastic's pipelines remove event.original from documents without it. */
const keepOriginalTag = 'preserve_original_event';

export function compileMapper(definitions: Definitions): Mapper {
  const shape = compileShape(definitions.properties);
  const findPlan = compilePlans(definitions);
  const codes = new Map(
    Object.entries(definitions.recordTypeNames).map(([number, name]) => [Number(number), name]),
  );
  const ecs = { version: definitions.ecsVersion };

  /** A record with a number that is not what its text said is parsed again, exactly. */
  function shapeValue(value: JsonObject, text: string, present: number[]): JsonObject {
    if (shape(value, present, false)) return value;
    const exact = parseExactly(text);
    if (!isObject(exact)) return value;
    present.length = 0;
    shape(exact, present, true);
    return exact;
  }

  function mapValue(value: JsonObject, text: string, context: MapContext): EcsDocument {
    const present: number[] = [];
    const audit = shapeValue(value, text, present);
    const plan = findPlan(audit.RecordType, audit.Operation);
    const event: JsonObject = {
      kind: plan.kind,
      category: plan.category,
      type: plan.type,
      action: undefined,
      code: codeOf(audit.RecordType, codes),
      created: context.fetchedAt,
      dataset,
      id: undefined,
      module: 'o365',
      original: context.preserveOriginal === true ? text : undefined,
      outcome: undefined,
      provider: undefined,
    };
    const document: EcsDocument & JsonObject = {
      '@timestamp': timestampOf(audit, context),
      ecs,
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
      o365: { audit },
    };
    plan.run(audit, document, present);
    const { organization } = document;
    if (organization === undefined) document.organization = { id: context.tenantId };
    else if (isObject(organization)) organization.id ??= context.tenantId;
    event.outcome = plan.outcome(audit) ?? 'unknown';
    for (const gather of plan.gather) gather(document);
    document.message ??= plan.message(audit, document);
    return document;
  }

  return {
    map: (record, context) =>
      record.value === undefined
        ? describeProblem(record, context, ecs)
        : mapValue(record.value, record.text, context),
  };
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

const defaultStream: JsonObject = { type: 'logs', dataset, namespace: 'default' };

function dataStreamOf(namespace = 'default'): JsonObject {
  return namespace === 'default' ? defaultStream : { type: 'logs', dataset, namespace };
}

/** What is no record is kept whole, for whoever looks into it. */
function describeProblem(
  { text, problem = '' }: ParsedRecord,
  context: MapContext,
  ecs: JsonObject,
): EcsDocument {
  return {
    '@timestamp': context.contentCreated ?? context.fetchedAt,
    ecs,
    data_stream: dataStreamOf(context.namespace),
    event: { kind: 'pipeline_error', created: context.fetchedAt, dataset, module: 'o365', original: text },
    organization: { id: context.tenantId, name: context.tenantName },
    error: { message: [problem] },
    message: `A record could not be read: ${problem}`,
    tags: tagsOf(context, true),
  };
}
