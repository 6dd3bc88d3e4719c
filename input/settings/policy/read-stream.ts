// Reads from the checked settings of a stream how its records are mapped, whatever source they come from.

import { loadDefinitions } from '../../../pipelines/index.ts';
import { type DocumentProcessor, splitConstants } from '../../documents/processors/processor.ts';
import type { PolicyProblem } from '../../options/problems.ts';
import type { Settings } from '../../options/settings.ts';
import type { StreamSource } from '../../sources/stream-source.ts';
import { documentForms } from '../collector-options.ts';
import type { MappingOptions } from './policy.ts';
import { readExclusions } from './read-exclusions.ts';

interface StreamSettings {
  readonly stream: Settings;
  readonly input: Settings;
  readonly source: Pick<StreamSource, 'emulated' | 'tenantName' | 'dataset'>;
}

export function readMapping(
  { stream, input, source }: StreamSettings,
  processors: readonly DocumentProcessor[],
  problems: PolicyProblem[],
): MappingOptions {
  const { emulated, tenantName, dataset } = source;
  const exclude = readExclusions(stream, loadDefinitions(dataset), problems);
  const { fields, tags: added, rest } = splitConstants(processors);
  const own = [...input.list('tags'), ...stream.list('tags')];
  const tags = [...own, ...added, ...(emulated ? ['m365-emulator'] : [])];
  const named = stream.text('data_stream.namespace') ?? input.text('data_stream.namespace');
  return {
    tenantName,
    dataset,
    tags: [...new Set(tags)],
    fields,
    ...(rest.length > 0 && { processors: rest }),
    ...(exclude && { exclude }),
    documents: stream.choice('documents', documentForms),
    preserveOriginal: stream.flag('preserve_original_event'),
    namespace: named ?? (emulated ? 'demo' : 'default'),
  };
}

export function checkEmulated(
  { emulated }: Pick<StreamSource, 'emulated'>,
  { namespace }: MappingOptions,
  place: string,
): PolicyProblem[] {
  if (!emulated || namespace === 'demo') return [];
  const message = `invented records of an emulator belong in the namespace demo, not ${namespace}; --force sends them there all the same`;
  return [{ place, message }];
}

/** A constant in the raw record would change it, or make a second one that Elasticsearch refuses. */
export function checkUntouched(
  { dataset, documents, fields, processors = [] }: MappingOptions,
  place: string,
): PolicyProblem[] {
  if (documents !== 'raw') return [];
  const { rawField } = loadDefinitions(dataset).dataset;
  const changes = [{ kind: 'add_fields' as const, fields }, ...processors].flatMap((processor) =>
    changedFields(processor).map((name) => ({ name, kind: processor.kind })),
  );
  const touching = changes.find(({ name }) => name.split('.', 1)[0] === rawField);
  if (touching === undefined) return [];
  const { kind, name } = touching;
  const does = kind === 'add_fields' ? 'set' : 'change';
  const message = `${kind} cannot ${does} ${name}: with documents: raw the record in ${rawField} stays as it is`;
  return [{ place, message }];
}

function changedFields(processor: DocumentProcessor): readonly string[] {
  switch (processor.kind) {
    case 'add_fields':
      return Object.keys(processor.fields);
    case 'add_tags':
      return [processor.target];
    case 'drop_fields':
      return processor.names;
    case 'rename':
      return processor.pairs.flatMap(({ from, to }) => [from, to]);
    case 'copy_fields':
      return processor.pairs.map(({ to }) => to);
    case 'drop_event':
      return [];
  }
}

/** Checks that Elasticsearch takes the namespace of the data stream. */
export function checkNamespace(settings: Settings): PolicyProblem[] {
  const namespace = settings.text('data_stream.namespace');
  if (namespace === undefined || /^[^\sA-Z\-\\/*?"<>|,#:]{1,100}$/.test(namespace)) return [];
  const message = `data_stream.namespace "${namespace}" must be lower case, without "-", spaces or any of \\ / * ? " < > | , # :, at most 100 characters`;
  return [{ place: settings.placeOf('data_stream.namespace'), message }];
}
