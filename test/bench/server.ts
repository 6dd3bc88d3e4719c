// The server that is measured: the one at ELASTICSEARCH_URL, else one of its own where the means to start one lie beside
// the repository.

import { canStartNode, OwnNode } from '../elasticsearch/own-node.ts';

export async function withServer(work: (url: string) => Promise<void>): Promise<void> {
  const given = process.env.ELASTICSEARCH_URL;
  if (given) return work(given);
  if (!canStartNode) {
    console.log('Skipped: no Elasticsearch. Set ELASTICSEARCH_URL to one that may be written to.');
    return;
  }
  const node = new OwnNode(Number(process.env.ES_PORT ?? 9350));
  node.start();
  try {
    await work(node.url);
  } finally {
    node.stop();
  }
}

/** What the server has used so far. */
export async function cpuMs(url: string): Promise<number> {
  const { nodes } = await ask(url, 'GET', '/_nodes/stats/process');
  const stats: { process: { cpu: { total_in_millis: number } } }[] = Object.values(nodes);
  return stats.reduce((sum, { process: { cpu } }) => sum + cpu.total_in_millis, 0);
}

// biome-ignore lint/suspicious/noExplicitAny: answers of every shape
export async function ask(url: string, method: string, path: string, body?: unknown): Promise<any> {
  const response = await fetch(url + path, {
    method,
    headers: { 'content-type': typeof body === 'string' ? 'application/x-ndjson' : 'application/json' },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const answer = Object(await response.json());
  if (!response.ok || answer.errors === true)
    throw new Error(`${method} ${path}: ${JSON.stringify(answer).slice(0, 800)}`);
  return answer;
}
