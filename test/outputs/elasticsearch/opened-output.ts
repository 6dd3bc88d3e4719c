// An output that is open before each test of the file that imports this, the server that it writes to, and the end of
// both after the test.

import { afterEach, beforeEach } from '@jest/globals';
import type { ElasticsearchOptions } from '../../../input/outputs/elasticsearch/connect/options.ts';
import type { ElasticsearchEnvironment } from '../../../input/outputs/elasticsearch/elasticsearch-output.ts';
import { makeDocuments, makeOutput, never } from './harness.ts';
import { StandIn } from './stand-in.ts';

export const dataStream = 'logs-o365.audit-test';
export let server: StandIn;
export let made: ReturnType<typeof makeOutput>;

beforeEach(async () => {
  server = await new StandIn().listen();
  await open();
});

afterEach(async () => {
  await made.output.close();
  await server.close();
});

/** Opens another one in place of the output that is open. */
export async function open(
  options: Partial<ElasticsearchOptions> = {},
  environment: Partial<ElasticsearchEnvironment> = {},
): Promise<void> {
  await made?.output.close();
  made = makeOutput({ hosts: [server.url], ...options }, environment);
  await made.output.open(never);
}

export function write(ids: readonly string[], { uncertain = false, signal = never } = {}) {
  return made.output.write(makeDocuments(dataStream, ids), { signal, uncertain });
}
