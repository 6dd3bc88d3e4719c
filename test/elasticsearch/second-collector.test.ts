import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Emulator, startEmulator } from '../../input/emulator/index.ts';
import { makeWorkplace, runProgram, streamFor, until, type Workplace } from '../end-to-end/harness.ts';
import { ask, clusterUrl, storedIds } from './cluster.ts';
import type { FaultProxy } from './fault-proxy.ts';
import { openFront } from './front.ts';

const namespace = 'secondcollector';
const dataStream = `logs-o365.audit-${namespace}`;

let emulator: Emulator;
let front: FaultProxy;
let places: Workplace[];

beforeAll(async () => {
  await ask('PUT', `/_index_template/${dataStream}`, {
    index_patterns: [dataStream],
    priority: 900,
    data_stream: {},
    template: { settings: { number_of_replicas: 0 }, mappings: { dynamic: false } },
  });
  front = await openFront(clusterUrl);
  const tenant = { subscribed: ['Audit.Exchange'] as const, content: { records: 0 } };
  emulator = await startEmulator({ seed: 7, startCooldown: 'off', tenants: [tenant] });
  const parts = {
    streams: [streamFor(emulator, 0, { content_types: ['Audit.Exchange'] })],
    output: { type: 'elasticsearch', hosts: [front.url] },
    namespace,
  };
  places = [await makeWorkplace(parts), await makeWorkplace(parts)];
});

afterAll(async () => {
  await front.close();
  await emulator.close();
  for (const place of places) await place.remove();
  await ask('DELETE', `/_data_stream/${dataStream}`);
  await ask('DELETE', `/_index_template/${dataStream}`);
});

async function collect(place: Workplace | undefined): Promise<string> {
  const { code, printed } = await runProgram(['run', '--policy', place?.policy ?? '', '--once', '--force']);
  expect(code === 0 ? '' : printed).toBe('');
  return readFileSync(join(place?.state ?? '', 'status.json'), 'utf8');
}

test('two collectors on one tenant are seen and said, and nothing is doubled', async () => {
  const [first, second] = places;
  await collect(first);
  await collect(second);
  // Later than both began, or they would expect another to have delivered it; and windows end at whole seconds.
  const ended = emulator.time.now();
  const contentCreated = new Date(ended).toISOString();
  emulator.publish({ contentType: 'Audit.Exchange', generate: 40, contentCreated });
  await until(() => emulator.time.now() > ended + 1000);
  expect(await collect(first)).not.toContain('second-collector');
  const status = await collect(second);
  expect(status).toContain('second-collector');
  expect(status).toContain('another one may be reading the same tenant');
  expect(await storedIds(dataStream)).toHaveLength(40);
});
