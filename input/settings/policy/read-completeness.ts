// A stream whose dataset is m365.collection collects nothing: it asks for reports of completeness. Fleet writes one
// beside the stream of records.

import { completenessOptions } from '../../completeness/options.ts';
import type { Option } from '../../options/option.ts';
import type { PolicyProblem } from '../../options/problems.ts';
import { readSettings, type Settings } from '../../options/settings.ts';
import { findEntry, type MapNode } from '../../options/settings-tree.ts';
import { dataStreamOptions } from '../collector-options.ts';
import { streamKeys } from './fleet-keys.ts';
import type { CompletenessPolicy } from './policy.ts';
import type { NamedOutputs } from './read-outputs.ts';
import { checkNamespace } from './read-stream.ts';

/** The dataset of reports of completeness. */
export const collectionDataset = 'm365.collection';

/** The options of a stream that asks for reports. */
export const reportOptions: readonly Option[] = [
  {
    name: 'enabled',
    type: 'boolean',
    default: true,
    title: 'Enabled',
    about: 'The value false reports nothing.',
    shown: 'file',
  },
  ...dataStreamOptions([collectionDataset]).map(describeForReports),
  ...completenessOptions.options,
];

function describeForReports(option: Option): Option {
  if (option.name !== 'data_stream.dataset') return option;
  return { ...option, about: `Always ${collectionDataset}; it asks for reports.` };
}

/** Dots may be nested or not. */
export function asksForReports(stream: MapNode): boolean {
  const nested = findEntry(stream, 'data_stream')?.value;
  const dataset =
    findEntry(stream, 'data_stream.dataset') ??
    (nested?.kind === 'map' ? findEntry(nested, 'dataset') : undefined);
  return dataset?.value.kind === 'scalar' && dataset.value.value === collectionDataset;
}

export function readCompleteness(
  node: MapNode,
  input: Settings | undefined,
  outputs: NamedOutputs,
  problems: PolicyProblem[],
): Omit<CompletenessPolicy, 'streams'> | undefined {
  const rules = { what: 'the stream of completeness', options: reportOptions, otherKeys: streamKeys };
  const settings = readSettings(node, rules, problems);
  if (!settings?.flag('enabled') || !input) return undefined;
  problems.push(...checkNamespace(settings));
  const output = outputs.use(input.requireText('use_output'), input.placeOf('use_output'));
  if (!output) return undefined;
  return {
    definedAt: node.place,
    intervalMs: settings.durationMs('interval'),
    namespace: settings.text('data_stream.namespace') ?? input.text('data_stream.namespace') ?? 'default',
    output,
  };
}
