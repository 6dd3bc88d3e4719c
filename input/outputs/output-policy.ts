// The outputs a policy may name. Each declares its own settings beside its code; this file only lists them and turns
// checked settings into what each output takes.

import type { Option } from '../options/option.ts';
import type { Problem } from '../options/problems.ts';
import type { Settings } from '../options/settings.ts';
import { type ElasticsearchOptions, elasticsearchOptions } from './elasticsearch/connect/options.ts';
import { readElasticsearchOptions } from './elasticsearch/connect/read-options.ts';
import { type FileOptions, fileOptions, readFileOptions } from './file/options.ts';

/** An output that a policy names: `outputs.<name>` with its `type`. */
export type OutputPolicy = { readonly name: string } & (
  | { readonly type: 'elasticsearch'; readonly options: ElasticsearchOptions }
  | { readonly type: 'file'; readonly options: FileOptions }
  | { readonly type: 'console' }
);

export const outputTypes = ['elasticsearch', 'file', 'console'] as const;
export type OutputType = (typeof outputTypes)[number];

interface OutputKind {
  readonly options: readonly Option[];
  /** Undefined when the settings do not fit together; `problems` then says why. */
  read(name: string, settings: Settings, problems: Problem[]): OutputPolicy | undefined;
}

export const outputKinds: Record<OutputType, OutputKind> = {
  elasticsearch: {
    options: elasticsearchOptions.options,
    read(name, settings, problems) {
      const options = readElasticsearchOptions(settings, problems);
      return options && { name, type: 'elasticsearch', options };
    },
  },
  file: {
    options: fileOptions.options,
    read: (name, settings) => ({ name, type: 'file', options: readFileOptions(settings) }),
  },
  console: { options: [], read: (name) => ({ name, type: 'console' }) },
};
