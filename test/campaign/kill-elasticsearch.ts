// A campaign of the whole program against a real Elasticsearch, with kills, a rollover, refusals, lost answers, a
// restart of the server, and a ledger that is gone.

import { rm } from 'node:fs/promises';
import { startEmulator } from '../../input/emulator/index.ts';
import { FaultProxy } from '../elasticsearch/fault-proxy.ts';
import { canStartNode, OwnNode } from '../elasticsearch/own-node.ts';
import {
  compare,
  makeWorkplace,
  runProgram,
  seededRandom,
  startProgram,
  streamFor,
  until,
} from '../end-to-end/harness.ts';
import type { Campaign, CampaignOptions, CampaignResult } from './campaign.ts';
import { ask, readStored } from './stored-ids.ts';

export const killElasticsearch: Campaign = {
  about: 'to a real Elasticsearch behind a faulty proxy, killed at random: every record there once',
  rounds: { long: 60, short: 10 },
  missing: canStartNode ? undefined : 'needs ../shared/elasticsearch',
  run: killAgainAndAgain,
};

const dataStream = 'logs-o365.audit-demo';

async function killAgainAndAgain({ seed, rounds: kills }: CampaignOptions): Promise<CampaignResult> {
  const node = new OwnNode(Number(process.env.M365_KILL_PORT ?? 9397));
  const random = seededRandom(seed);
  node.start();
  const proxy = await new FaultProxy(node.url, () => {
    const drawn = random();
    return drawn < 0.06 ? 'busy' : drawn < 0.09 ? 'lost answer' : 'pass';
  }).listen();
  const habits = { repeatedRecords: 0.05, listedTwice: 0.05 };
  const emulator = await startEmulator({
    seed,
    startCooldown: 'off',
    tenants: [{ content: { records: 300 * kills, recordsPerBlob: 20, habits } }],
  });
  const workplace = await makeWorkplace({
    streams: [streamFor(emulator, 0, { requests_per_minute: 100_000 })],
    output: { type: 'elasticsearch', hosts: [proxy.url], 'backoff.init': '100ms', 'backoff.max': '1s' },
  });
  try {
    const setup = await runProgram(['setup', '--url', node.url]);
    if (setup.code !== 0) throw new Error(setup.printed);
    const run = ['run', '--policy', workplace.policy, '--once'];
    const [rolloverAt, restartAt, ledgerLostAt] = [0.3, 0.5, 0.7].map((share) => Math.ceil(share * kills));
    for (let kill = 1; kill <= kills; kill += 1) {
      const program = startProgram(run);
      const target = emulator.requests.counts().total + 1 + Math.floor(random() * 40);
      await until(() => emulator.requests.counts().total >= target || program.child.exitCode !== null);
      if (kill === rolloverAt) await ask(node.url, 'POST', `/${dataStream}/_rollover`);
      if (kill === restartAt) {
        node.kill();
        node.restart();
      }
      program.child.kill('SIGKILL');
      await program.exit;
      if (kill === ledgerLostAt) await rm(workplace.state, { recursive: true });
    }
    const { code, printed } = await runProgram(run);
    const expected = [...emulator.distinctIds()].map(({ tenantId, id }) => `${tenantId}:${id}`);
    const stored = await readStored(node.url, dataStream);
    return {
      ...compare(expected, stored),
      code,
      printed: code === 0 ? '' : printed,
      figures: [
        `${kills} kills`,
        'a rollover',
        'a restart of the server',
        'a lost ledger',
        `${stored.length} documents`,
      ],
    };
  } finally {
    await proxy.close();
    await emulator.close();
    await workplace.remove();
    node.stop();
  }
}
