// A campaign of the whole program with a key as Fleet issues it, which may only create documents: killed at random while
// answers are lost. As long as the data stream is not rolled over nothing is doubled or in doubt; then it is, at the worst
// moments, and the ledger has to count every second copy.

import type { Emulator } from '../../input/emulator/index.ts';
import { createOnlyKey } from '../elasticsearch/create-only-key.ts';
import { canStartNode, OwnNode } from '../elasticsearch/own-node.ts';
import {
  compare,
  makeWorkplace,
  runProgram,
  startProgram,
  streamFor,
  until,
  type Workplace,
} from '../end-to-end/harness.ts';
import { fromRepository } from '../executable/release.ts';
import type { Campaign, CampaignOptions, CampaignResult } from './campaign.ts';
import {
  type CreateOnlyFront,
  dataStream,
  type FinishedPart,
  killInTwoParts,
  openFront,
  showState,
  smallRequests,
} from './create-only-front.ts';
import { readStored } from './stored-ids.ts';

export const killCreateOnly: Campaign = {
  about: 'to a real Elasticsearch with a key that cannot read, killed at random: what is doubled is counted',
  rounds: { long: 60, short: 20 },
  missing: canStartNode ? undefined : 'needs ../shared/elasticsearch',
  run: killAgainAndAgain,
};

interface Scene {
  readonly url: string;
  readonly front: CreateOnlyFront;
  readonly emulator: Emulator;
  readonly workplace: Workplace;
  readonly random: () => number;
}

async function killAgainAndAgain({ seed, rounds }: CampaignOptions): Promise<CampaignResult> {
  await using closing = new AsyncDisposableStack();
  const node = new OwnNode(Number(process.env.M365_KILL_PORT ?? 9397));
  node.start();
  closing.defer(() => node.stop());
  const scene = await prepare(node.url, { seed, rounds }, closing);
  const setup = await runProgram(['setup', '--url', node.url]);
  if (setup.code !== 0) throw new Error(setup.printed);
  const { front, emulator } = scene;
  const killThenFinish = (kills: number) => killThenRunOnce(scene, kills);
  // Without waiting, everything would be closed before it has begun.
  return await killInTwoParts({ front, emulator, killThenFinish }, { rounds });
}

async function prepare(
  url: string,
  { seed, rounds }: CampaignOptions,
  closing: AsyncDisposableStack,
): Promise<Scene> {
  const { front, emulator, random } = await openFront(url, { seed, rounds }, closing);
  const workplace = await makeWorkplace({
    streams: [streamFor(emulator, 0, { requests_per_minute: 100_000 })],
    output: {
      type: 'elasticsearch',
      hosts: [front.url],
      api_key: createOnlyKey,
      ...smallRequests,
    },
  });
  closing.defer(() => workplace.remove());
  return { url, front, emulator, workplace, random };
}

async function killThenRunOnce(scene: Scene, kills: number): Promise<FinishedPart> {
  const { url, front, emulator, workplace, random } = scene;
  const run = ['run', '--policy', workplace.policy, '--once'];
  for (let kill = 0; kill < kills; kill += 1) {
    const program = startProgram(run);
    const count = kill % 2 === 0 ? () => emulator.requests.counts().total : () => front.bulks;
    const target = count() + 1 + Math.floor(random() * (kill % 2 === 0 ? 40 : 8));
    await until(() => count() >= target || program.child.exitCode !== null);
    program.child.kill('SIGKILL');
    await program.exit;
    if (kill % 2 === 1) await front.rollOver();
  }
  const { code, printed } = await runProgram(run);
  const expected = [...emulator.distinctIds()].map(({ tenantId, id }) => `${tenantId}:${id}`);
  const stored = await readStored(url, dataStream);
  const { doubts, ofOthers } = await showState(fromRepository, workplace.state);
  const difference = compare(expected, stored);
  return { ...difference, code, printed: code === 0 ? '' : printed, stored: stored.length, doubts, ofOthers };
}
