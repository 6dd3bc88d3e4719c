// Asks a real Elasticsearch, in plain HTTP, what a data stream holds.

export async function ask(url: string, method: string, path: string, body?: object) {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  return response.json();
}

/** Returns every `_id` in the data stream, over all its backing indices, as often as it is there; none before it is there. */
export async function readStored(url: string, dataStream: string): Promise<string[]> {
  await ask(url, 'POST', `/${dataStream}/_refresh`);
  const ids: string[] = [];
  for (let after: unknown[] | undefined; ; ) {
    const page = (await ask(url, 'POST', `/${dataStream}/_search?ignore_unavailable=true`, {
      size: 5_000,
      _source: false,
      // Copies of a record agree in its own fields.
      sort: ['@timestamp', 'event.id', '_index'],
      ...(after && { search_after: after }),
    })) as { hits: { hits: { _id: string; sort: unknown[] }[] } };
    const { hits } = page.hits;
    ids.push(...hits.map(({ _id }) => _id));
    after = hits.at(-1)?.sort;
    if (!after) return ids;
  }
}
