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
export function rawWriter(
  dataset: Dataset,
  constants: ConstantFields,
): (record: ParsedRecord, context: MapContext) => string {
  const addConstants = setConstants(constants);
  return (record, context) => {
    const document = describe(record, context, dataset);
    addConstants(document);
    const text = JSON.stringify(document);
    if (record.value === undefined) return text;
    return `${text.slice(0, -1)},"${dataset.rawField}":${spell(record.text)}}`;
  };
}

/**
 * Everything beside the record. Nothing that the owner's pipeline renames a property to, such as organization.name or
 * event.id: a rename fails where its target exists.
 */
function describe(record: ParsedRecord, context: MapContext, { name }: Dataset): JsonObject {
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
    // The pipeline's own way to a name for the tenant; it takes this away.
    ...(tenantName === undefined ? {} : { _conf: { tenants: { [tenantId.toLowerCase()]: tenantName } } }),
    ...(readable ? {} : { error: { message: [record.problem ?? ''] } }),
  };
}

/** A file size, any other string, or a number. */
const tokens = /"FileSize(?:Bytes)?"\s*:\s*-?\d[\d.eE+-]*|"[^"\\]*(?:\\[\s\S][^"\\]*)*"|-?\d[\d.eE+-]*/g;

/**
 * The record in one line, each key once, and its numbers as text, digit for digit, as that package's input has sent them
 * since 3.8.2: a field that is a number in one record and text in the next is refused by an index that learned it as a
 * number. Sizes of files stay numbers, because not every version of its pipeline makes a number of them.
 */
function spell(text: string): string {
  try {
    const quoted = text.replace(tokens, (token) => (token.startsWith('"') ? token : `"${token}"`));
    return JSON.stringify(JSON.parse(quoted));
  } catch {
    // Ten thousand levels or millions of escapes are too much for these; line breaks stand only between tokens.
    return text.replaceAll(/[\r\n]/g, ' ');
  }
}
