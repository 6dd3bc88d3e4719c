// Provides the server that is measured: the one at ELASTICSEARCH_URL, else one of its own where the means to start one
// lie beside the repository.

import { setTimeout } from 'node:timers/promises';
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

/**
 * Returns the server's usage up to now. It measures itself about once a second, so this waits for a new measurement.
 */
export async function cpuMs(url: string): Promise<number> {
  const asked = await readProcesses(url);
  for (;;) {
    const now = await readProcesses(url);
    if (now.every(({ timestamp }, at) => timestamp !== asked[at]?.timestamp))
      return now.reduce((sum, { cpu }) => sum + cpu.total_in_millis, 0);
    await setTimeout(50);
  }
}

interface ProcessStats {
  readonly timestamp: number;
  readonly cpu: { readonly total_in_millis: number };
}

async function readProcesses(url: string): Promise<ProcessStats[]> {
  const { nodes } = await ask(url, 'GET', '/_nodes/stats/process');
  return Object.values<{ process: ProcessStats }>(nodes).map(({ process }) => process);
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
