// A campaign of everything that an installation consists of: the built executable under the double of an agent, a policy
// as Fleet makes it of the package, Fleet's key, and a real Elasticsearch with the templates and pipelines of the package.
// The executable is killed at random and started again by the agent, while requests and answers are lost.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { buildPackage } from '../../input/cli/package/build-package.ts';
import type { Emulator } from '../../input/emulator/index.ts';
import { AgentDouble } from '../agent/agent-double.ts';
import type { UnitSettings } from '../agent/expected-units.ts';
import { createOnlyKey } from '../elasticsearch/create-only-key.ts';
import { installAsFleet } from '../elasticsearch/fleet-install.ts';
import { canStartNode, OwnNode } from '../elasticsearch/own-node.ts';
import { compare, until } from '../end-to-end/harness.ts';
import { releaseFolder, root, runIn } from '../executable/release.ts';
import { makeAgentInputs, makePackagePolicy, openPackage } from '../package/fleet/package-policy.ts';
import type { Campaign, CampaignOptions, CampaignResult } from './campaign.ts';
import {
  type CreateOnlyFront,
  dataStream,
  type FinishedPart,
  killInTwoParts,
  openFront,
  publish,
  recordsPerKill,
  showState,
  smallRequests,
} from './create-only-front.ts';
import { countEnriched, findBare } from './enriched.ts';
import { readStored } from './stored-ids.ts';

const executable = join(releaseFolder, 'm365');

export const killUnderAgent: Campaign = {
  about:
    'the built executable under an agent, with policy and key from Fleet, killed at random and restarted',
  rounds: { long: 20, short: 6 },
  missing: findMissing(),
  run: killAgainAndAgain,
};

function findMissing(): string | undefined {
  if (!canStartNode) return 'needs ../shared/elasticsearch';
  return existsSync(executable) ? undefined : 'needs npm run build';
}

const namespace = 'demo';
const componentId = 'm365-default';
/** A part that has not ended by then never will. */
const patienceMs = 600_000;

type BuiltFiles = ReturnType<typeof buildPackage>['built'];

interface Scene {
  readonly url: string;
  readonly front: CreateOnlyFront;
  readonly emulator: Emulator;
  readonly agent: AgentDouble;
  readonly state: string;
  readonly random: () => number;
}

async function killAgainAndAgain({ seed, rounds }: CampaignOptions): Promise<CampaignResult> {
  await using closing = new AsyncDisposableStack();
  const node = new OwnNode(Number(process.env.M365_KILL_PORT ?? 9397));
  node.start();
  closing.defer(() => node.stop());
  const scene = await prepare(node.url, { seed, rounds }, closing);
  const { front, emulator, agent } = scene;
  agent.start();
  const killThenFinish = (kills: number) => killThenWait(scene, kills);
  const result = await killInTwoParts({ front, emulator, killThenFinish }, { rounds });
  const kills = agent.ends.filter(({ signal }) => signal === 'SIGKILL').length;
  const end = await agent.stop();
  const { stdout: version } = await runIn([executable, 'version'], { folder: root });
  const isSound = end.code === 0 && kills === rounds && agent.ends.length === rounds + 1;
  return {
    ...result,
    code: isSound ? result.code : 1,
    printed: `${result.printed}${kills} kills, ${agent.ends.length} ends, the last with ${end.code ?? end.signal}.`,
    figures: [
      version.trim(),
      ...result.figures,
      `${await countEnriched(node.url, dataStream)} documents with a place`,
    ],
  };
}

async function prepare(
  url: string,
  { seed, rounds }: CampaignOptions,
  closing: AsyncDisposableStack,
): Promise<Scene> {
  const { front, emulator, random } = await openFront(url, { seed, rounds }, closing);
  const { built: files, version } = buildPackage();
  await installAsFleet({ files, version, namespace, url });
  const command = [executable, 'agent'];
  const agent = closing.use(await AgentDouble.open({ command, componentId, restartMs: 50 }));
  agent.control.setUnits([makeOutput(front), ...makeInputs(emulator, files)]);
  return { url, front, emulator, agent, random, state: join(agent.top, 'm365', componentId) };
}

function makeOutput({ url }: CreateOnlyFront): UnitSettings {
  const source = {
    type: 'elasticsearch',
    hosts: [url],
    api_key: createOnlyKey,
    preset: 'custom',
    ...smallRequests,
  };
  return { id: componentId, kind: 'output', source };
}

/** What somebody enters in the form of the package, as Fleet hands it to the agent. */
function makeInputs(emulator: Emulator, files: BuiltFiles): readonly UnitSettings[] {
  const [tenant] = emulator.tenants;
  if (!tenant) throw new Error('the emulator has no tenant');
  const pack = openPackage(files);
  const policy = makePackagePolicy(pack, {
    package: {
      tenant_id: tenant.tenantId,
      client_id: tenant.clientId,
      client_secret: tenant.clientSecret,
      login_url: emulator.url,
    },
    streams: {
      audit: {
        management_url: emulator.url,
        interval: '5s',
        requests_per_minute: 100_000,
        tags: ['m365-emulator'],
      },
    },
  });
  return makeAgentInputs(pack, { ...policy, namespace }, { version: '9.4' }).map((input) => ({
    id: `${componentId}-${input.id}`,
    kind: 'input',
    source: { ...input, policy: { revision: input.revision } },
  }));
}

async function killThenWait(scene: Scene, kills: number): Promise<FinishedPart> {
  const { url, front, emulator, agent, random } = scene;
  for (let kill = 0; kill < kills; kill += 1) {
    publish(emulator, recordsPerKill);
    const asked = () => emulator.requests.counts().total;
    const target = asked() + 1 + Math.floor(random() * 40);
    const bulk = front.bulks + 1 + Math.floor(random() * 8);
    // It goes on asking when everything is delivered.
    await until(() => (kill % 2 === 0 ? asked() >= target : front.bulks >= bulk || asked() > target + 40));
    const killed = agent.pid;
    agent.kill('SIGKILL');
    await agent.ended();
    if (kill % 2 === 1) await front.rollOver();
    await until(() => agent.pid !== killed);
  }
  const expected = () => [...emulator.distinctIds()].map(({ tenantId, id }) => `${tenantId}:${id}`);
  const isSettled = async () =>
    compare(expected(), await readStored(url, dataStream)).missing.length === 0 &&
    (await showState([executable], scene.state)).open === 0;
  const deadline = Date.now() + patienceMs;
  let settled = await isSettled();
  for (; !settled && Date.now() < deadline; settled = await isSettled()) await delay(1000);
  const stored = await readStored(url, dataStream);
  const { doubts, ofOthers } = await showState([executable], scene.state);
  const bare = await findBare(url, dataStream);
  const printed = `${settled ? '' : 'It did not come to an end. '}${bare.join('')}`;
  const code = settled && bare.length === 0 ? 0 : 1;
  return { ...compare(expected(), stored), code, printed, stored: stored.length, doubts, ofOthers };
}
