// Checks for blocks that keep documents out, which no privilege shows: on the cluster, or on the index that a data stream
// writes into now. Older backing indices may well be read-only.

import { isObject } from '../../pipelines/json/unknown.ts';
import type { Connection } from '../outputs/elasticsearch/connect/connection.ts';
import { explainError } from '../outputs/elasticsearch/errors/error-table.ts';
import { readDataStreams } from './cluster-state.ts';
import type { Verdict } from './judge-templates.ts';

interface Block {
  readonly on: string;
  readonly description: string;
}

export async function checkBlocks(
  connection: Connection,
  dataStreams: readonly string[],
  signal: AbortSignal,
): Promise<Verdict> {
  const { status, body } = await connection.send(
    {
      method: 'GET',
      path: '/_cluster/state/blocks',
      query: { filter_path: 'blocks' },
      name: 'cluster.state',
    },
    signal,
    [400, 404, 405, 410],
  );
  // A serverless Elasticsearch has no blocks that its users could lift.
  if (status !== 200) return nothingBlocked;
  const blocks = isObject(body) && isObject(body.blocks) ? body.blocks : {};
  const writes = isObject(blocks.indices) ? await readWriteIndices(connection, dataStreams, signal) : [];
  const found = [
    ...hinderingOf(blocks.global, ['write', 'metadata_write']).map((description) => ({
      on: 'The cluster',
      description,
    })),
    ...writes.flatMap(({ name, index }) =>
      hinderingOf(isObject(blocks.indices) ? blocks.indices[index] : undefined, ['write']).map(
        (description) => ({
          on: name,
          description,
        }),
      ),
    ),
  ];
  return judge(found);
}

async function readWriteIndices(
  connection: Connection,
  dataStreams: readonly string[],
  signal: AbortSignal,
): Promise<readonly { readonly name: string; readonly index: string }[]> {
  const streams = await readDataStreams(connection, dataStreams, signal);
  return streams.flatMap(({ name, writeIndex }) =>
    writeIndex === undefined ? [] : [{ name, index: writeIndex }],
  );
}

/** Returns the descriptions of blocks of these levels. A cluster that takes no metadata can make no backing index. */
function hinderingOf(blocks: unknown, levels: readonly string[]): string[] {
  if (!isObject(blocks)) return [];
  return Object.values(blocks)
    .filter(isObject)
    .filter((block) => listOf(block.levels).some((level) => levels.includes(level)))
    .map(({ description }) => String(description));
}

function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function judge(blocks: readonly Block[]): Verdict {
  const [first] = blocks;
  if (!first) return nothingBlocked;
  const error = { status: 403, type: 'cluster_block_exception', reason: first.description } as const;
  const { advice } = explainError({ ...error, about: 'request' });
  const messages = blocks.map(({ on, description }) => `${on} is blocked: ${description}`);
  return { state: 'problem', message: `${messages.join('; ')}.`, advice };
}

const nothingBlocked: Verdict = { state: 'ok', message: 'Nothing blocks writing.', advice: '' };
