// Every setting in the order in which it is documented: by the place in a policy it is written to.

import type { Option } from '../../options/option.ts';
import { outputKinds } from '../../outputs/output-policy.ts';
import { outputTypes } from '../../outputs/output-types.ts';
import { sourceKinds, usualKind } from '../../sources/index.ts';
import { inputOptions, processOptions } from '../collector-options.ts';
import { reportOptions } from '../policy/read-completeness.ts';
import { optionsOf } from '../policy/read-inputs.ts';

export interface SettingGroup {
  readonly title: string;
  /** The place in a policy. */
  readonly place: string;
  readonly about: string;
  readonly options: readonly Option[];
}

const outputsAbout = {
  elasticsearch: 'Creates each document in its data stream, once, and retries for as long as it takes.',
  file: 'Writes NDJSON files, one series for each data stream, on disk before anything is acknowledged.',
  console: 'Prints documents on standard output, one a line. It has no settings.',
} as const;

const streamsAbout =
  'Each stream is one tenant. A tenant may stand in several streams that collect different things, and these share its token and request budget; the same thing twice is an error.';

export const settingGroups = (): readonly SettingGroup[] => [
  ...sourceKinds().map((kind) => ({
    title: kind.name === usualKind ? 'A stream: one tenant' : `A stream: ${kind.name}`,
    place: 'inputs[].streams[]',
    about: `${kind.name === usualKind ? 'In an input with `type: m365`.' : `With \`source: ${kind.name}\`.`} ${streamsAbout}`,
    options: optionsOf(kind),
  })),
  {
    title: 'A stream: completeness',
    place: 'inputs[].streams[]',
    about:
      'With `data_stream.dataset: m365.collection` a stream collects nothing: it reports, for every tenant of its input, what became of everything that Microsoft listed. The dashboard [O365] Completeness and the alerts stand on it.',
    options: reportOptions,
  },
  {
    title: 'An input',
    place: 'inputs[]',
    about: 'What its streams share.',
    options: inputOptions.options,
  },
  ...outputTypes.map((type) => ({
    title: `Output: ${type}`,
    place: 'outputs.<name>',
    about: `\`type: ${type}\`. ${outputsAbout[type]}`,
    options: outputKinds[type].options,
  })),
  {
    title: 'The process',
    place: 'm365',
    about: 'At the top of a policy file. Under Elastic Agent the agent decides these.',
    options: processOptions.options,
  },
];
