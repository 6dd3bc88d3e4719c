// Makes of the text of a record the document that is delivered: mapped or raw, with the constants of its policy, changed by
// its processors; or nothing, where the policy leaves the record out.

import type { Dataset } from '../../pipelines/dataset.ts';
import { compileExclusions, type Exclusions, type IsExcluded } from '../../pipelines/exclusions.ts';
import { isObject, type Json } from '../../pipelines/json/json.ts';
import type { MapContext, Mapper } from '../../pipelines/mapper.ts';
import type { RecordHead } from '../../pipelines/record-head.ts';
import type { AgentFields } from './agent-fields.ts';
import { appendConstants, type ConstantFields, flattenConstants, setConstants } from './constant-fields.ts';
import type { DocumentProcessor } from './processors/processor.ts';
import { changing, compileProcessors, type RunProcessors } from './processors/run-processors.ts';
import { rawDocumentWriter } from './raw-document.ts';

export interface DocumentForm {
  /** `raw`: records as they are, because another package owns the data stream and maps them. */
  readonly documents: 'mapped' | 'raw';
  readonly fields: ConstantFields;
  readonly processors?: readonly DocumentProcessor[] | undefined;
  readonly exclude?: Exclusions | undefined;
}

interface WrittenRecord {
  readonly record: RecordHead;
  /** Undefined where the policy leaves the record out. */
  readonly body: string | undefined;
}

/** It never throws. */
export type WriteRecord = (text: string, context: MapContext) => WrittenRecord;

export function recordWriter(mapper: Mapper, form: DocumentForm, agent: AgentFields): WriteRecord {
  const isExcluded = form.exclude && compileExclusions(mapper.dataset, form.exclude);
  const constants = { ...flattenConstants(agent), ...form.fields };
  const run = form.processors?.length ? compileProcessors(form.processors) : undefined;
  const process = run && ((text: string) => processText(text, run));
  if (form.documents === 'raw')
    return readAndWrite(mapper.parse, isExcluded, rawWriter(mapper.dataset, constants, process));
  return readAndWrite(mapper.read, isExcluded, mappedWriter(mapper, constants, Object.keys(agent), process));
}

type Process = (text: string) => string | undefined;

function readAndWrite<Read extends RecordHead>(
  read: (text: string) => Read,
  isExcluded: IsExcluded | undefined,
  write: (record: Read, context: MapContext) => string | undefined,
): WriteRecord {
  return (text, context) => {
    const record = read(text);
    return { record, body: isExcluded?.(record) ? undefined : write(record, context) };
  };
}

function rawWriter(dataset: Dataset, constants: ConstantFields, process: Process | undefined) {
  const write = rawDocumentWriter(dataset, constants);
  return (...given: Parameters<typeof write>) => (process ? process(write(...given)) : write(...given));
}

function mappedWriter(
  mapper: Mapper,
  constants: ConstantFields,
  ours: readonly string[],
  process: Process | undefined,
) {
  const append = appendConstants(constants, ours);
  const set = changing(setConstants(constants));
  return (...given: Parameters<Mapper['write']>) => {
    const text = mapper.write(...given);
    const whole = append(text) ?? processText(text, set) ?? text;
    return process ? process(whole) : whole;
  };
}

/** A document of ten thousand levels, which JSON cannot hold as a value, stays as it is. */
function processText(text: string, run: RunProcessors): string | undefined {
  try {
    const document: Json = JSON.parse(text);
    const processed = isObject(document) ? run(document) : document;
    return processed === undefined ? undefined : JSON.stringify(processed);
  } catch {
    return text;
  }
}
