// What the next document of a data stream will follow: its index template and, where that document makes no new backing
// index, the mapping of the present one. Read with as little privilege as there is.

import { isObject } from '../../../../pipelines/json/unknown.ts';
import type { Connection } from '../connect/connection.ts';
import { type Found, findWinner } from './template-owner.ts';

export interface Followed {
  readonly exists: boolean;
  /** By the name to tell people; nothing where it may not be asked. */
  readonly followed: readonly Found[];
}

export async function readFollowed(
  connection: Connection,
  dataStream: string,
  signal: AbortSignal,
): Promise<Followed> {
  const told = await readDataStream(connection, dataStream, signal);
  if (told === 'forbidden') return { exists: true, followed: [] };
  if (told?.template) return { exists: true, followed: await withWriteIndex(connection, told, signal) };
  const templates = await readTemplates(connection, signal);
  if (templates) return { exists: told !== undefined, followed: winnerOf(dataStream, templates) };
  if (told) return { exists: true, followed: [] };
  // A data stream says which template it follows to whom may not read templates; so it is made first.
  await makeDataStream(connection, dataStream, signal);
  const made = await readDataStream(connection, dataStream, signal);
  if (made === undefined || made === 'forbidden' || !made.template)
    return { exists: made !== undefined, followed: [] };
  return { exists: true, followed: [made.template] };
}

interface Told {
  readonly template: Found | undefined;
  /** Undefined where the next document makes a new one, or it is not told. */
  readonly writeIndex: string | undefined;
}

async function readDataStream(
  connection: Connection,
  dataStream: string,
  signal: AbortSignal,
): Promise<Told | 'forbidden' | undefined> {
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

/** An older template may have made the backing index that is still written to. */
async function withWriteIndex(
  connection: Connection,
  { template, writeIndex }: Told,
  signal: AbortSignal,
): Promise<readonly Found[]> {
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

/** Undefined where the key may not. */
async function readTemplates(
  connection: Connection,
  signal: AbortSignal,
): Promise<readonly Found[] | undefined> {
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

function winnerOf(dataStream: string, templates: readonly Found[]): readonly Found[] {
  const winner = findWinner(dataStream, templates);
  return winner ? [winner] : [];
}

/**
 * A delivering key may make a data stream only by writing to it. This write does that and is then refused, because a data
 * stream takes nothing but `create`: no document is stored, whatever the template.
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
