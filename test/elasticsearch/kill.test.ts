// The whole program against a real Elasticsearch, and everything goes wrong: kills, a rollover, refusals, lost
// answers, a restart of the server, and at last a ledger that is gone.

import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Emulator, startEmulator } from '../../input/emulator/index.ts';
import {
  chooseSeed,
  compare,
  makeWorkplace,
  nothingAmiss,
  runProgram,
  seededRandom,
  startProgram,
  streamFor,
  until,
  type Workplace,
} from '../end-to-end/harness.ts';
import { FaultProxy } from './fault-proxy.ts';
import { canStartNode, OwnNode } from './own-node.ts';

const kills = 20;
const rolloverAfter = 6;
const restartAfter = 10;
const ledgerLostAfter = 14;

const dataStream = 'logs-o365.audit-demo';

async function ask(url: string, method: string, path: string, body?: object) {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  return response.json();
}

/** Every `_id` in the data stream, over all its backing indices, as often as it is there. */
async function readStored(url: string): Promise<string[]> {
  await ask(url, 'POST', `/${dataStream}/_refresh`);
  const ids: string[] = [];
  for (let after: unknown[] | undefined; ; ) {
    const page = (await ask(url, 'POST', `/${dataStream}/_search`, {
      size: 5_000,
      _source: false,
      sort: ['@timestamp', 'event.id'],
      ...(after && { search_after: after }),
    })) as { hits: { hits: { _id: string; sort: unknown[] }[] } };
    const { hits } = page.hits;
    ids.push(...hits.map(({ _id }) => _id));
    after = hits.at(-1)?.sort;
    if (!after) return ids;
  }
}

const describeIf = canStartNode ? describe : describe.skip;

describeIf(
  'a collector that is killed while Elasticsearch fails, too (needs ../shared/elasticsearch)',
  () => {
    const node = new OwnNode(Number(process.env.M365_KILL_PORT ?? 9397));
    const seed = chooseSeed();
    const random = seededRandom(seed);
    let proxy: FaultProxy;
    let emulator: Emulator;
    let place: Workplace;

    beforeAll(async () => {
      node.start();
      proxy = await new FaultProxy(node.url, () => {
        const drawn = random();
        return drawn < 0.06 ? 'busy' : drawn < 0.09 ? 'lost answer' : 'pass';
      }).listen();
      const habits = { repeatedRecords: 0.05, listedTwice: 0.05 };
      emulator = await startEmulator({
        seed,
        startCooldown: 'off',
        tenants: [{ content: { records: 6_000, recordsPerBlob: 20, habits } }],
      });
      place = await makeWorkplace({
        streams: [streamFor(emulator, 0, { requests_per_minute: 100_000 })],
        output: { type: 'elasticsearch', hosts: [proxy.url], 'backoff.init': '100ms', 'backoff.max': '1s' },
      });
    }, 120_000);

    afterAll(async () => {
      await proxy.close();
      await emulator.close();
      await place.remove();
      node.stop();
    });

    test('has every record in the data stream exactly once', async () => {
      console.info(`seed ${seed}`);
      const setup = await runProgram(['setup', '--url', node.url]);
      expect(setup.code === 0 ? '' : setup.printed).toBe('');
      const run = ['run', '--policy', place.policy, '--once'];
      for (let kill = 1; kill <= kills; kill += 1) {
        const program = startProgram(run);
        const target = emulator.requests.counts().total + 1 + Math.floor(random() * 40);
        await until(() => emulator.requests.counts().total >= target || program.child.exitCode !== null);
        if (kill === rolloverAfter) await ask(node.url, 'POST', `/${dataStream}/_rollover`);
        if (kill === restartAfter) {
          node.kill();
          node.restart();
        }
        program.child.kill('SIGKILL');
        await program.exit;
        if (kill === ledgerLostAfter) await rm(place.state, { recursive: true });
      }
      const last = await runProgram(run);
      expect({ code: last.code, printed: last.code === 0 ? '' : last.printed }).toEqual({
        code: 0,
        printed: '',
      });
      const expected = [...emulator.distinctIds()].map(({ tenantId, id }) => `${tenantId}:${id}`);
      expect(compare(expected, await readStored(node.url))).toEqual(nothingAmiss);
    }, 400_000);
  },
);
