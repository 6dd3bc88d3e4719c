// A campaign of the whole program with a key as Fleet issues it, which may only create documents: killed at random while
// answers are lost. As long as the data stream is not rolled over nothing is doubled or in doubt; then it is, at the worst
// moments, and the ledger has to count every second copy.

import { systemClock } from '../../input/contract/clock.ts';
import { type Emulator, startEmulator } from '../../input/emulator/index.ts';
import { openLedgerToRead } from '../../input/state/sqlite/sqlite-ledger.ts';
import { answerForKey, createOnlyKey } from '../elasticsearch/create-only-key.ts';
import { FaultProxy, type ProxyFault } from '../elasticsearch/fault-proxy.ts';
import { canStartNode, OwnNode } from '../elasticsearch/own-node.ts';
import {
  compare,
  makeWorkplace,
  runProgram,
  seededRandom,
  startProgram,
  streamFor,
  until,
  type Workplace,
} from '../end-to-end/harness.ts';
import { reachMs, recordingLog } from '../state/state-folder.ts';
import type { Campaign, CampaignOptions, CampaignResult } from './campaign.ts';
import { ask, readStored } from './stored-ids.ts';

export const killCreateOnly: Campaign = {
  about: 'to a real Elasticsearch with a key that cannot read, killed at random: what is doubled is counted',
  rounds: { long: 60, short: 20 },
  missing: canStartNode ? undefined : 'needs ../shared/elasticsearch',
  run: killAgainAndAgain,
};

const dataStream = 'logs-o365.audit-demo';
const recordsPerKill = 200;
const rolloversAtMost = 4;

interface Scene {
  readonly url: string;
  readonly emulator: Emulator;
  readonly workplace: Workplace;
  readonly random: () => number;
  rollovers: number;
  /** Bulk requests that arrived. */
  bulks: number;
  /** True after a bulk request whose outcome nobody learned. */
  isOpen: boolean;
  /** True from the second part on. */
  mayRollOver: boolean;
}

async function killAgainAndAgain({ seed, rounds }: CampaignOptions): Promise<CampaignResult> {
  await using closing = new AsyncDisposableStack();
  const node = new OwnNode(Number(process.env.M365_KILL_PORT ?? 9397));
  node.start();
  closing.defer(() => node.stop());
  const scene = await prepare(node.url, { seed, rounds }, closing);
  const setup = await runProgram(['setup', '--url', node.url]);
  if (setup.code !== 0) throw new Error(setup.printed);
  const half = Math.ceil(rounds / 2);
  const steady = await killThenFinish(scene, half);
  publish(scene.emulator, half * recordsPerKill);
  scene.mayRollOver = true;
  const rolled = await killThenFinish(scene, rounds - half);
  const copies = rolled.doubled.length;
  const isCounted = copies <= rolled.doubts;
  const isSteady = steady.doubts === 0 && steady.doubled.length === 0;
  return {
    missing: [...steady.missing, ...rolled.missing],
    unknown: [...steady.unknown, ...rolled.unknown],
    doubled: [...steady.doubled, ...(isCounted ? [] : rolled.doubled)],
    code: isSteady && isCounted && scene.rollovers > 0 ? rolled.code : 1,
    printed: `${steady.doubts} in doubt without a rollover, ${rolled.doubts} with. ${rolled.printed}`,
    figures: [
      `${half} kills without a rollover: ${steady.stored} documents, ${steady.doubts} in doubt`,
      `${rounds - half} kills and ${scene.rollovers} rollovers: ${rolled.stored} documents, of which ${copies} a second time, ${rolled.doubts} in doubt`,
    ],
  };
}

async function prepare(
  url: string,
  { seed, rounds }: CampaignOptions,
  closing: AsyncDisposableStack,
): Promise<Scene> {
  const random = seededRandom(seed);
  const emulator = await startEmulator({
    seed,
    startCooldown: 'off',
    tenants: [
      {
        content: {
          records: Math.ceil(rounds / 2) * recordsPerKill,
          recordsPerBlob: 20,
          habits: { repeatedRecords: 0.05, listedTwice: 0.05 },
        },
      },
    ],
  });
  closing.defer(() => emulator.close());
  const scene: { current?: Scene } = {};
  const proxy = await new FaultProxy(
    url,
    (path) => chooseFault(path, random(), scene.current),
    answerForKey,
  ).listen();
  closing.defer(() => proxy.close());
  const workplace = await makeWorkplace({
    streams: [streamFor(emulator, 0, { requests_per_minute: 100_000 })],
    output: {
      type: 'elasticsearch',
      hosts: [proxy.url],
      api_key: createOnlyKey,
      // Many small requests: each kill and each fault then meets another moment.
      bulk_max_bytes: '64KiB',
      'backoff.init': '100ms',
      'backoff.max': '1s',
    },
  });
  closing.defer(() => workplace.remove());
  scene.current = {
    url,
    emulator,
    workplace,
    random,
    rollovers: 0,
    bulks: 0,
    isOpen: false,
    mayRollOver: false,
  };
  return scene.current;
}

async function chooseFault(path: string, drawn: number, scene: Scene | undefined): Promise<ProxyFault> {
  if (!path.includes('_bulk') || !scene) return 'pass';
  scene.bulks += 1;
  if (scene.isOpen) await rollOver(scene);
  const fault = drawn < 0.06 ? 'busy' : drawn < 0.16 ? 'lost answer' : drawn < 0.2 ? 'lost request' : 'pass';
  scene.isOpen = fault.startsWith('lost');
  return fault;
}

/** The worst moment is between an attempt without an outcome and its repetition. */
async function rollOver(scene: Scene): Promise<void> {
  if (!scene.mayRollOver || scene.rollovers === rolloversAtMost) return;
  scene.rollovers += 1;
  await ask(scene.url, 'POST', `/${dataStream}/_rollover`);
}

/** New content, most of it made now, and some within the last hour. */
function publish(emulator: Emulator, records: number): void {
  const blobs = Math.ceil(records / 20);
  for (let blob = 0; blob < blobs; blob += 1) {
    const madeAgoMs = blob % 4 === 0 ? (blob / blobs) * 3_600_000 : 0;
    const contentCreated = new Date(emulator.time.now() - madeAgoMs).toISOString();
    emulator.publish({ contentType: 'Audit.Exchange', generate: 20, contentCreated });
  }
}

async function killThenFinish(scene: Scene, kills: number) {
  const { url, emulator, workplace, random } = scene;
  const run = ['run', '--policy', workplace.policy, '--once'];
  for (let kill = 0; kill < kills; kill += 1) {
    const program = startProgram(run);
    const count = kill % 2 === 0 ? () => emulator.requests.counts().total : () => scene.bulks;
    const target = count() + 1 + Math.floor(random() * (kill % 2 === 0 ? 40 : 8));
    await until(() => count() >= target || program.child.exitCode !== null);
    program.child.kill('SIGKILL');
    await program.exit;
    if (kill % 2 === 1) await rollOver(scene);
  }
  const { code, printed } = await runProgram(run);
  const expected = [...emulator.distinctIds()].map(({ tenantId, id }) => `${tenantId}:${id}`);
  const stored = await readStored(url, dataStream);
  const difference = compare(expected, stored);
  return {
    ...difference,
    code,
    printed: code === 0 ? '' : printed,
    stored: stored.length,
    doubts: await countDoubts(workplace),
  };
}

async function countDoubts({ state }: Workplace): Promise<number> {
  const ledger = await openLedgerToRead({ folder: state, clock: systemClock, log: recordingLog(), reachMs });
  const doubts = await ledger.delivery.doubtfulDocuments();
  await ledger.close();
  return doubts.reduce((sum, { documents }) => sum + documents, 0);
}
