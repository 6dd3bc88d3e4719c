// A record for the pipeline of whoever owns the data stream, in the shape in which the input of Elastic's package o365
// hands it over: the record whole in a field (`o365audit` there), where that pipeline looks for it and nowhere else (a `message` becomes
// event.original and is never read). What the record means is that pipeline's business.

import { toDate } from '../../pipelines/converters/date.ts';
import type { Dataset } from '../../pipelines/dataset.ts';
import type { JsonObject } from '../../pipelines/json/json.ts';
import type { MapContext } from '../../pipelines/mapper.ts';
import type { ParsedRecord } from '../../pipelines/record-head.ts';
import { type ConstantFields, setConstants } from './constant-fields.ts';

/** The constants are added beside the record. The function is pure and never throws. */
export function rawDocumentWriter(
  dataset: Dataset,
  constants: ConstantFields,
): (record: ParsedRecord, context: MapContext) => string {
  const addConstants = setConstants(constants);
  return (record, context) => {
    const document = describeRecord(record, context, dataset);
    addConstants(document);
    const text = JSON.stringify(document);
    if (record.value === undefined) return text;
    return `${text.slice(0, -1)},"${dataset.rawField}":${writeWithTextNumbers(record.text)}}`;
  };
}

/**
 * Makes the fields beside the record. None is the target of a rename of the owner's pipeline, such as organization.name or
 * event.id: a rename fails where its target exists.
 */
function describeRecord(record: ParsedRecord, context: MapContext, { name }: Dataset): JsonObject {
  const { tenantId, tenantName, contentCreated, fetchedAt, namespace = 'default' } = context;
  const readable = record.value !== undefined;
  const keepsOriginal = context.preserveOriginal === true || !readable;
  return {
    event: {
      created: fetchedAt,
      dataset: name,
      ...(readable ? {} : { kind: 'pipeline_error' }),
      ...(keepsOriginal ? { original: record.text } : {}),
    },
    // The pipeline sets it from CreationTime; a record without one keeps this, and a file has no pipeline.
    '@timestamp': toDate(record.time) ?? contentCreated ?? fetchedAt,
    data_stream: { type: 'logs', dataset: name, namespace },
    tags: keepsOriginal
      ? [...new Set([...(context.tags ?? []), 'preserve_original_event'])]
      : [...(context.tags ?? [])],
    // The pipeline reads the tenant's name from here, and removes this.
    ...(tenantName === undefined ? {} : { _conf: { tenants: { [tenantId.toLowerCase()]: tenantName } } }),
    ...(readable ? {} : { error: { message: [record.problem ?? ''] } }),
  };
}

/** A file size with its name, any other string, or a number. */
const tokens = /"FileSize(?:Bytes)?"\s*:\s*-?\d[\d.eE+-]*|"[^"\\]*(?:\\[\s\S][^"\\]*)*"|-?\d[\d.eE+-]*/g;

/**
 * Writes the record in one line, each key once, and its numbers as text, digit for digit, as that package's input has sent
 * them since 3.8.2: an index that learned a field as a number refuses a record in which it is text. Sizes of files stay
 * numbers, because not every version of its pipeline makes a number of them.
 */
function writeWithTextNumbers(text: string): string {
  try {
    const quoted = text.replace(tokens, (token) => (token.startsWith('"') ? token : `"${token}"`));
    return JSON.stringify(JSON.parse(quoted));
  } catch {
    // Ten thousand levels or millions of escapes are too much for JSON.parse; line breaks stand only between tokens.
    return text.replaceAll(/[\r\n]/g, ' ');
  }
}
