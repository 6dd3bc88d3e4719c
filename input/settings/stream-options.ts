// The settings of every stream, whatever source it reads.

import { type DatasetName, elasticPackageOf } from '../../pipelines/datasets.ts';
import type { Option } from '../options/option.ts';
import { sourceKinds, usualKind } from '../sources/index.ts';
import { dataStreamOptions, disableHostOption, documentForms } from './collector-options.ts';
import { processorNames } from './policy/processors/read-processors.ts';

/** Those of a stream whose records are of this dataset. */
export const streamOptions = (dataset: DatasetName): readonly Option[] => [
  {
    name: 'enabled',
    type: 'boolean',
    default: true,
    title: 'Enabled',
    about: 'The value false leaves the stream aside.',
    shown: 'file',
  },
  {
    name: 'source',
    type: 'choice',
    choices: sourceKinds().map(({ name }) => name),
    default: usualKind,
    title: 'Source',
    about: 'The kind of source that the stream reads.',
    shown: 'file',
  },
  ...dataStreamOptions([dataset]),
  {
    name: 'tags',
    type: 'list',
    default: ['forwarded', 'm365'],
    title: 'Tags',
    about: 'Added to every document.',
    shown: 'advanced',
  },
  disableHostOption,
  {
    name: 'documents',
    type: 'choice',
    choices: documentForms,
    default: 'mapped',
    title: 'Documents',
    about: `The value raw delivers each record as it is, for data streams that ${nameOwner(dataset)} owns and maps.`,
    // No other package owns the data streams where Kibana can install this one: a form has no use for it.
    shown: 'file',
  },
  {
    name: 'preserve_original_event',
    type: 'boolean',
    default: false,
    title: 'Preserve original event',
    about: 'Keeps the record as Microsoft served it in event.original; about doubles what is stored.',
    shown: 'main',
  },
  {
    name: 'exclude.record_types',
    type: 'list',
    numbers: true,
    title: 'Leave out record types',
    about: 'Records of these types, by name or number, are counted as filtered and not delivered.',
    shown: 'advanced',
  },
  {
    name: 'exclude.operations',
    type: 'list',
    title: 'Leave out operations',
    about: 'The same by operation, in any case; * stands for any text. Example: FileSync*.',
    shown: 'advanced',
  },
  {
    name: 'exclude.user_types',
    type: 'list',
    numbers: true,
    title: 'Leave out user types',
    about: 'The same by the kind of user that acted, by name or number. Example: System.',
    shown: 'advanced',
  },
  {
    name: 'read_api_key',
    type: 'secret',
    title: 'Elasticsearch API key for reading',
    about:
      'As read_api_key of the output, for where the output is Fleet’s: a key for prove, replay, deduplicate, state rebuild and check. Collecting never uses it.',
    shared: true,
    shown: 'advanced',
  },
  {
    name: 'processors',
    type: 'object',
    title: 'Processors',
    about: `Elastic Agent’s ${processorNames.join(', ')}, with conditions in when; for anything more use the ingest pipeline logs-${dataset}@custom.`,
    shown: 'advanced',
  },
];

function nameOwner(dataset: DatasetName): string {
  const elastics = elasticPackageOf(dataset);
  return elastics === undefined ? 'another package' : `another package, such as Elastic’s ${elastics},`;
}
