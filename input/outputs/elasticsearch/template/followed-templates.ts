// Reads the index template that the next document of a data stream will follow and, where that document makes no new
// backing index, the mapping of the present one. It works with as little privilege as there is.

import { isObject } from '../../../../pipelines/json/unknown.ts';
import type { Connection } from '../connect/connection.ts';
import { findWinner, type InstalledAsset } from './template-owner.ts';

export interface FollowedTemplates {
  readonly exists: boolean;
  /** The template and the mapping; empty where the key may not read them. */
  readonly followed: readonly InstalledAsset[];
}

export async function readFollowedTemplates(
  connection: Connection,
  dataStream: string,
  signal: AbortSignal,
): Promise<FollowedTemplates> {
  const shown = await readDataStream(connection, dataStream, signal);
  if (shown === 'forbidden') return { exists: true, followed: [] };
  if (shown?.template) return { exists: true, followed: await withWriteIndex(connection, shown, signal) };
  const templates = await readTemplates(connection, signal);
  if (templates) return { exists: shown !== undefined, followed: winnerOf(dataStream, templates) };
  if (shown) return { exists: true, followed: [] };
  // A key that may not read templates may still ask a data stream for its own, so the data stream is made first.
  await makeDataStream(connection, dataStream, signal);
  const made = await readDataStream(connection, dataStream, signal);
  if (made === undefined || made === 'forbidden' || !made.template)
    return { exists: made !== undefined, followed: [] };
  return { exists: true, followed: [made.template] };
}

interface DataStreamTemplate {
  readonly template: InstalledAsset | undefined;
  /** The name of the backing index; undefined where the next document makes a new one, or none is shown. */
  readonly writeIndex: string | undefined;
}

async function readDataStream(
  connection: Connection,
  dataStream: string,
  signal: AbortSignal,
): Promise<DataStreamTemplate | 'forbidden' | undefined> {
  const fields = ['template', '_meta', 'rollover_on_write', 'indices.index_name'];
  const { status, body } = await connection.send(
    {
      method: 'GET',
      path: `/_data_stream/${encodeURIComponent(dataStream)}`,
      query: { filter_path: fields.map((field) => `data_streams.${field}`).join(',') },
      name: 'indices.get_data_stream',
    },
    signal,
    [403, 404],
  );
  if (status === 404) return undefined;
  if (status === 403) return 'forbidden';
  const first = listOf(body, 'data_streams')[0] ?? {};
  const { template: name, _meta } = first;
  const writeIndex = listOf(first, 'indices').at(-1)?.index_name;
  return {
    template: typeof name === 'string' ? { name, body: { _meta } } : undefined,
    writeIndex: first.rollover_on_write === false && typeof writeIndex === 'string' ? writeIndex : undefined,
  };
}

/** Adds the mapping of the backing index that is still written to: an older template may have made it. */
async function withWriteIndex(
  connection: Connection,
  { template, writeIndex }: DataStreamTemplate,
  signal: AbortSignal,
): Promise<readonly InstalledAsset[]> {
  const followed = template ? [template] : [];
  if (writeIndex === undefined) return followed;
  const { body } = await connection.send(
    {
      method: 'GET',
      path: `/${encodeURIComponent(writeIndex)}/_mapping`,
      query: { filter_path: '*.mappings._meta' },
      name: 'indices.get_mapping',
    },
    signal,
    [403, 404],
  );
  const index = isObject(body) ? body[writeIndex] : undefined;
  const mappings = isObject(index) && isObject(index.mappings) ? index.mappings : {};
  return [...followed, { name: writeIndex, body: mappings }];
}

/** Reads all index templates; undefined where the key may not. */
async function readTemplates(
  connection: Connection,
  signal: AbortSignal,
): Promise<readonly InstalledAsset[] | undefined> {
  const fields = ['name', 'index_template.index_patterns', 'index_template.priority', 'index_template._meta'];
  const { status, body } = await connection.send(
    {
      method: 'GET',
      path: '/_index_template',
      query: { filter_path: fields.map((field) => `index_templates.${field}`).join(',') },
      name: 'indices.get_index_template',
    },
    signal,
    [403, 404],
  );
  if (status === 403) return undefined;
  return listOf(body, 'index_templates').flatMap(({ name, index_template: template }) =>
    typeof name === 'string' && isObject(template) ? [{ name, body: template }] : [],
  );
}

function winnerOf(dataStream: string, templates: readonly InstalledAsset[]): readonly InstalledAsset[] {
  const winner = findWinner(dataStream, templates);
  return winner ? [winner] : [];
}

/**
 * Makes a data stream by writing to it, as a delivering key may in no other way. The write itself is refused, because a
 * data stream takes nothing but `create`: no document is stored, whatever the template.
 */
async function makeDataStream(
  connection: Connection,
  dataStream: string,
  signal: AbortSignal,
): Promise<void> {
  await connection.send(
    {
      method: 'POST',
      path: `/${encodeURIComponent(dataStream)}/_bulk`,
      query: { require_data_stream: true },
      lines: Buffer.from('{"index":{"_id":"m365","pipeline":"_none"}}\n{}\n'),
      name: 'bulk',
      index: dataStream,
    },
    signal,
    [400, 403, 404],
  );
}

function listOf(body: unknown, name: string): Readonly<Record<string, unknown>>[] {
  const list = isObject(body) ? body[name] : undefined;
  return Array.isArray(list) ? list.filter(isObject) : [];
}
