// The registry of output types: their settings, and how checked settings become an entry of a policy. Each output declares
// its own settings beside its code.

import type { Option } from '../options/option.ts';
import type { PolicyProblem } from '../options/problems.ts';
import type { Settings } from '../options/settings.ts';
import { refusedSettings } from './elasticsearch/connect/agent-settings.ts';
import type { ElasticsearchOptions } from './elasticsearch/connect/options.ts';
import { readElasticsearchOptions } from './elasticsearch/connect/read-options.ts';
import { elasticsearchOptions } from './elasticsearch/connect/settings.ts';
import { showThroughput } from './elasticsearch/connect/throughput-settings.ts';
import { type FileOptions, fileOptions, readFileOptions } from './file/options.ts';
import type { OutputType } from './output-types.ts';

/** An output that a policy names: `outputs.<name>` with its `type`. */
export type OutputPolicy = { readonly name: string } & (
  | { readonly type: 'elasticsearch'; readonly options: ElasticsearchOptions }
  | { readonly type: 'file'; readonly options: FileOptions }
  | { readonly type: 'console' }
);

interface OutputKind {
  readonly options: readonly Option[];
  /** Settings of Elastic Agent's own outputs that cannot be taken, with the reason. */
  readonly refused?: ReadonlyMap<string, string>;
  /** Settings whose value in force follows from others. */
  readonly show?: (settings: Settings) => Readonly<Record<string, unknown>>;
  /** Reads an entry; undefined when the settings do not fit together, with the reasons in `problems`. */
  read(
    name: string,
    settings: Settings,
    problems: PolicyProblem[],
    notes: string[],
  ): OutputPolicy | undefined;
}

/** Outputs of Elastic Agent that are none here. */
export const otherOutputTypes: ReadonlySet<string> = new Set(['logstash', 'kafka', 'redis']);

export const outputKinds: Record<OutputType, OutputKind> = {
  elasticsearch: {
    options: elasticsearchOptions.options,
    refused: refusedSettings,
    show: showThroughput,
    read(name, settings, problems, notes) {
      const options = readElasticsearchOptions(settings, problems, notes);
      return options && { name, type: 'elasticsearch', options };
    },
  },
  file: {
    options: fileOptions.options,
    read: (name, settings) => ({ name, type: 'file', options: readFileOptions(settings) }),
  },
  console: { options: [], read: (name) => ({ name, type: 'console' }) },
};
