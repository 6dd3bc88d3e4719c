// A record for the pipeline of whoever owns the data stream, in the shape in which the input of Elastic's package hands it
// over: with o365 the record whole in a field, `o365audit`, where that pipeline looks for it and nowhere else (a `message`
// becomes event.original and is never read); with the others its text in `message`, which azure takes in the envelope of
// Azure Monitor. What the record means is that pipeline's business.

import { toDate } from '../../pipelines/converters/date.ts';
import type { Dataset } from '../../pipelines/dataset.ts';
import { compileSpell, turnRound } from '../../pipelines/engine/spell.ts';
import { compileUnify } from '../../pipelines/engine/unify.ts';
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
  const writeMessage = messageWriter(dataset);
  return (record, context) => {
    const document = describeRecord(record, context, dataset);
    addConstants(document);
    const text = JSON.stringify(document);
    if (record.value === undefined) return text;
    const [field, value] =
      dataset.rawIn === 'field'
        ? [dataset.rawField, writeWithTextNumbers(record.text)]
        : ['message', JSON.stringify(writeMessage(record, context))];
    return `${text.slice(0, -1)},"${field}":${value}}`;
  };
}

/** A record that comes in an envelope elsewhere is put into one, with its tenant; any other is the text that was served. */
function messageWriter({ envelope, head }: Dataset) {
  const unify = compileUnify(envelope);
  const spellAsThere = compileSpell(turnRound(envelope?.spelled));
  const [[ownerKey, ...deeper] = []] = head.owner;
  return ({ text, value }: ParsedRecord, { tenantId }: MapContext): string => {
    if (envelope === undefined || value === undefined) return text;
    const whole = spellAsThere(unify(value));
    const isOwned = ownerKey === undefined || deeper.length > 0 || whole[ownerKey] !== undefined;
    return JSON.stringify(isOwned ? whole : { ...whole, [ownerKey]: tenantId });
  };
}

/**
 * Makes the fields beside the record. None is the target of a rename of the owner's pipeline, such as organization.name or
 * event.id: a rename fails where its target exists.
 */
function describeRecord(record: ParsedRecord, context: MapContext, { name, rawIn }: Dataset): JsonObject {
  const { tenantId, tenantName, contentCreated, fetchedAt, namespace = 'default' } = context;
  const readable = record.value !== undefined;
  const keepsOriginal = context.preserveOriginal === true || !readable;
  return {
    event: {
      created: fetchedAt,
      dataset: name,
      ...(readable ? {} : { kind: 'pipeline_error' }),
      // Where it finds none, a pipeline that reads `message` keeps that one.
      ...(keepsOriginal && (!readable || rawIn === 'field') ? { original: record.text } : {}),
    },
    // The pipeline sets it from CreationTime; a record without one keeps this, and a file has no pipeline.
    '@timestamp': toDate(record.time) ?? contentCreated ?? fetchedAt,
    data_stream: { type: 'logs', dataset: name, namespace },
    tags: keepsOriginal
      ? [...new Set([...(context.tags ?? []), 'preserve_original_event'])]
      : [...(context.tags ?? [])],
    // The pipeline of o365 reads the tenant's name from here, and removes this.
    ...(tenantName === undefined || rawIn === 'message'
      ? {}
      : { _conf: { tenants: { [tenantId.toLowerCase()]: tenantName } } }),
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
