// The settings of the file output, and the shape they have once read.

import type { OptionSet } from '../../options/option.ts';
import type { Settings } from '../../options/settings.ts';

export interface FileOptions {
  /** The folder; relative to the working directory. */
  readonly path: string;
  readonly rotateBytes?: number | undefined;
  readonly rotateIntervalMs?: number | undefined;
}

/** The folder of documents where a policy names none. */
export const defaultFileFolder = './data/events';

export const fileDefaults = { rotateBytes: 128 * 1024 * 1024, rotateIntervalMs: 86_400_000 } as const;

export const fileOptions: OptionSet = {
  part: 'outputs',
  options: [
    {
      name: 'path',
      type: 'text',
      default: defaultFileFolder,
      title: 'Folder',
      about:
        'Where the NDJSON files are written, one series per data stream. Each line is a document with its _id in front. They may be moved away at any time: what comes goes to a new file. Personal data, readable by its owner only.',
      shown: 'main',
    },
    {
      name: 'rotate_size',
      type: 'bytes',
      default: '128MiB',
      minimum: '1MiB',
      maximum: '16GiB',
      title: 'Rotate at size',
      about: 'A file that has reached this size is finished, and the next one begun.',
      shown: 'advanced',
    },
    {
      name: 'rotate_interval',
      type: 'duration',
      default: '24h',
      minimum: '1m',
      maximum: '720h',
      title: 'Rotate at age',
      about: 'A file that is this old is finished, and the next one begun.',
      shown: 'advanced',
    },
  ],
};

export function readFileOptions(settings: Settings): FileOptions {
  return {
    path: settings.requireText('path'),
    rotateBytes: settings.bytes('rotate_size'),
    rotateIntervalMs: settings.durationMs('rotate_interval'),
  };
}
