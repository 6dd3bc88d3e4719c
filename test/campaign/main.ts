// Runs a campaign: `npm run campaign -- NAME` a long proof, with `--short` a shorter form of it. Without a name it
// lists them.

import { parseArgs } from 'node:util';
import { chooseSeed } from '../end-to-end/harness.ts';
import { applyUnits } from './apply-units.ts';
import { type Campaign, isWell } from './campaign.ts';
import { killCreateOnly } from './kill-create-only.ts';
import { killElasticsearch } from './kill-elasticsearch.ts';
import { killFiles } from './kill-files.ts';
import { killGraph } from './kill-graph.ts';
import { killUnderAgent } from './kill-under-agent.ts';

const campaigns: Readonly<Record<string, Campaign>> = {
  'kill-files': killFiles,
  'kill-elasticsearch': killElasticsearch,
  'kill-create-only': killCreateOnly,
  agent: killUnderAgent,
  'apply-units': applyUnits,
  graph: killGraph,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string' },
    rounds: { type: 'string' },
    short: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const [name = ''] = values.help ? [] : positionals;
const campaign = campaigns[name];
if (campaign === undefined) {
  console.log('npm run campaign -- NAME [--short] [--seed N] [--rounds N]\n');
  for (const [each, { about }] of Object.entries(campaigns)) console.log(`  ${each.padEnd(20)} ${about}`);
  process.exitCode = name === '' ? 0 : 2;
} else if (campaign.missing !== undefined) console.log(`skipped: ${name} (${campaign.missing})`);
else process.exitCode = await runCampaign(campaign);

async function runCampaign({ rounds, run }: Campaign): Promise<number> {
  const seed = values.seed === undefined ? chooseSeed() : Number(values.seed);
  const count = Number(values.rounds ?? (values.short ? rounds.short : rounds.long));
  console.log(`${name}: seed ${seed}`);
  const result = await run({ seed, rounds: count });
  const { figures, code, printed, missing, doubled, unknown } = result;
  console.log(
    `${name}: ${figures.join(', ')}; ${missing.length} missing, ${doubled.length} doubled, ${unknown.length} unknown, exit code ${code}`,
  );
  if (isWell(result)) return 0;
  console.log(printed.slice(-2000));
  for (const id of [...missing, ...doubled, ...unknown].slice(0, 20)) console.log(`  ${id}`);
  console.log(`Again: npm run campaign -- ${name} --seed ${seed} --rounds ${count}`);
  return 1;
}
