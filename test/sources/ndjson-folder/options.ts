// What a stream of the folder reads, and what is remembered of it.

import { join } from 'node:path';
import type { Feed } from '../../../input/contract/feed.ts';
import type { Checkpoints } from '../../../input/contract/state.ts';

export const kindName = 'ndjson-folder';

export interface FolderOptions {
  readonly tenantId: string;
  readonly folder: string;
  readonly feeds: readonly string[];
  readonly intervalMs: number;
}

export const fileOf = ({ folder }: FolderOptions, name: string): string => join(folder, `${name}.ndjson`);

export const feedOf = ({ tenantId }: FolderOptions, name: string): Feed => ({
  tenant: tenantId,
  source: kindName,
  name,
});

/** Up to where a feed was read and everything is settled. */
export async function readCheckpoint(checkpoints: Pick<Checkpoints, 'get'>, feed: Feed): Promise<number> {
  return Number((await checkpoints.get(feed, 'offset')) ?? 0);
}
