// From a parsed record to the document it becomes. Pure, and never throws: what it cannot place stays, with a reason.

import type { Json, JsonObject } from './json.ts';
import type { ParsedRecord } from './parse-record.ts';
import { toDate } from './verbs/date.ts';

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
  /** Takes the record over: its value becomes `o365.audit` of the document. */
  map(record: ParsedRecord, context: MapContext): EcsDocument;
}

export function mapRecord(record: ParsedRecord, context: MapContext): EcsDocument {
  const audit = record.value;
  const event: JsonObject = {
    kind: 'event',
    dataset: 'o365.audit',
    module: 'o365',
    created: context.fetchedAt,
  };
  const document = {
    '@timestamp': toDate(audit?.CreationTime) ?? context.contentCreated ?? context.fetchedAt,
    ecs: { version: '9.4.0' },
    data_stream: { type: 'logs', dataset: 'o365.audit', namespace: context.namespace ?? 'default' },
    event,
    tags: context.tags?.length ? [...context.tags] : undefined,
  };
  if (audit === undefined) {
    event.kind = 'pipeline_error';
    event.original = record.text;
    return { ...document, error: { message: [record.problem ?? ''] } };
  }
  event.id = audit.Id;
  event.action = audit.Operation;
  event.provider = audit.Workload;
  event.code = String(audit.RecordType);
  event.outcome = 'unknown';
  event.original = context.preserveOriginal === true ? record.text : undefined;
  return { ...document, o365: { audit } };
}
