// A kind of source for tests: a folder of NDJSON files. Each file is a feed, and a byte offset in it is a position. It is
// read in order, so that a checkpoint is all that it remembers.

import { accessSync, constants } from 'node:fs';
import { ok, problemOf } from '../../../input/contract/finding.ts';
import type { Inventory, SourceKind } from '../../../input/sources/source-kind.ts';
import { FolderSource, refetchLines } from './folder-source.ts';
import { type FolderOptions, feedOf, fileOf, kindName, readCheckpoint } from './options.ts';
import { createdAt, readLines } from './read-lines.ts';

export const ndjsonFolder: SourceKind<FolderOptions> = {
  name: kindName,
  service: 'The folder',
  dataset: 'o365.audit',
  reachMs: 30 * 86_400_000,
  options: [
    {
      name: 'tenant_id',
      type: 'text',
      required: true,
      title: 'Tenant',
      about: 'Whose records they are.',
      shown: 'main',
    },
    { name: 'folder', type: 'text', required: true, title: 'Folder', about: 'Of the files.', shown: 'main' },
    { name: 'feeds', type: 'list', title: 'Feeds', about: 'Names of the files.', shown: 'main' },
    {
      name: 'interval',
      type: 'duration',
      default: '1s',
      title: 'Interval',
      about: 'How often new lines are looked for.',
      shown: 'main',
    },
  ],
  read: (settings) => ({
    tenantId: settings.requireText('tenant_id'),
    folder: settings.requireText('folder'),
    feeds: settings.list('feeds'),
    intervalMs: settings.durationMs('interval'),
  }),
  identify: ({ tenantId, feeds }) => ({
    tenantId,
    tenantName: undefined,
    feeds,
    maximumRecordBytes: 1 << 20,
    emulated: false,
  }),
  open: (options, environment) => new FolderSource(options, environment),
  async *check(options) {
    for (const name of options.feeds) {
      try {
        accessSync(fileOf(options, name), constants.R_OK);
        yield ok(name, 'The file can be read.');
      } catch (error) {
        yield problemOf(name, error);
      }
    }
  },
  inventory: async (options, { checkpoints }): Promise<Inventory> => ({
    tenantId: options.tenantId,
    async list(name, window, onItems) {
      const checkpoint = await readCheckpoint(checkpoints, feedOf(options, name));
      for await (const { offset, text } of readLines(fileOf(options, name))) {
        const time = Date.parse(createdAt(text));
        if (time < window.from || time >= window.to) continue;
        await onItems([
          { position: String(offset), createdAt: createdAt(text), settled: offset < checkpoint },
        ]);
      }
    },
    [Symbol.asyncDispose]: async () => undefined,
  }),
  refetch: refetchLines,
  async describeState(feed, checkpoints) {
    const offset = await readCheckpoint(checkpoints, feed);
    return { reached: `byte ${offset}`, facts: { offset: String(offset) } };
  },
};
