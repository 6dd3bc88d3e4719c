// The server under test, asked in plain HTTP so that no code of ours checks itself.

import { randomUUID } from 'node:crypto';

export const clusterUrl = process.env.ELASTICSEARCH_URL ?? 'http://127.0.0.1:9200';

export interface ClusterReply {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into answers of every shape
  readonly body: any;
}

export async function ask(
  method: string,
  path: string,
  body?: unknown,
  url = clusterUrl,
): Promise<ClusterReply> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json().catch(() => undefined) };
}

/** A data stream name that no other test uses, with a template for it. */
export async function makeDataStream(mappings: object = {}): Promise<string> {
  const name = `logs-m365test.${randomUUID().slice(0, 8)}-test`;
  await ask('PUT', `/_index_template/${name}`, {
    index_patterns: [name],
    priority: 900,
    data_stream: {},
    template: { settings: { number_of_replicas: 0 }, mappings },
  });
  return name;
}

/** Puts a template in place whose mapping has what tells records apart, and no more. `more` replaces parts of it. */
export async function putSmallestTemplate(dataStream: string, more: object = {}): Promise<void> {
  await ask('PUT', `/_index_template/${dataStream}`, {
    index_patterns: [dataStream],
    priority: 950,
    data_stream: {},
    template: {
      settings: { number_of_replicas: 0 },
      mappings: {
        dynamic: false,
        properties: {
          event: { properties: { id: { type: 'keyword' }, created: { type: 'date' } } },
          organization: { properties: { id: { type: 'keyword' } } },
        },
      },
    },
    ...more,
  });
}

export async function dropDataStream(name: string): Promise<void> {
  await ask('DELETE', `/_data_stream/${name}`);
  await ask('DELETE', `/_index_template/${name}`);
}

/** The `_id`s in a data stream, sorted, one entry for each document. */
export async function storedIds(name: string): Promise<string[]> {
  await ask('POST', `/${name}/_refresh`);
  const { body } = await ask('POST', `/${name}/_search`, { size: 10_000, _source: false });
  return (body.hits?.hits ?? []).map((hit: { _id: string }) => hit._id).sort();
}
