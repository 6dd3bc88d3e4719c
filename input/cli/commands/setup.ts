// `m365 setup`: index template, ingest pipelines and data stream straight into Elasticsearch, for those without Kibana.

import { Command } from 'commander';
import { OperatorError } from '../../errors.ts';
import { connect } from '../../outputs/elasticsearch/connection.ts';
import { loadPolicy } from '../../settings/load-policy.ts';
import { applySetup, removeSetup, type Say } from '../../setup/apply.ts';
import { type Asset, assetPath, inOrder, markedBody, stampMappings, titleOf } from '../../setup/assets.ts';
import { readAuditAssets } from '../../setup/audit-assets.ts';
import {
  addConnectionOptions,
  type ConnectionFlags,
  connectionHelp,
  readConnectionFlags,
} from '../../setup/connection-options.ts';
import { type Plan, planSetup } from '../../setup/plan.ts';
import { readVersion } from '../version.ts';

interface SetupFlags extends ConnectionFlags {
  readonly namespace?: readonly string[];
  readonly takeOver?: boolean;
  readonly dryRun?: boolean;
  readonly print?: boolean;
  readonly remove?: boolean;
}

const teaching = `
What it does:
  Puts the ingest pipelines, component templates and the index template for logs-o365.audit-* in place and creates the
  data stream. Run it once before the first delivery, and again after each upgrade: what is unchanged is kept, and a
  changed mapping takes effect with the next document (the data streams are rolled over).

What it never does:
  Touch what is not its own. It looks first: a package installed in Kibana, somebody's template, or live data streams
  that another template made are named together with the way out, and nothing is changed.
${connectionHelp}
  It takes the cluster privileges monitor, manage_index_templates and manage_ingest_pipelines, and manage on
  logs-o365.audit-*: more than the key that delivers needs.

Examples:
  m365 setup --policy my.yml --dry-run          what would change
  m365 setup --policy my.yml                    do it
  m365 setup --url https://es.example:9200 --username elastic --ca http_ca.crt
  m365 setup --print                            the requests, to paste into Kibana's Dev Tools; connects to nothing
  m365 setup --policy my.yml --take-over        also take over data streams whose package was removed
  m365 setup --policy my.yml --remove           take everything back that setup put there`;

export function setupCommand(): Command {
  const command = new Command('setup')
    .summary('put templates and pipelines into Elasticsearch')
    .description('Prepares an Elasticsearch for the audit data streams, without Kibana.');
  return addConnectionOptions(command)
    .option('--namespace <name...>', 'make the data streams of these; those of the policy, else default')
    .option('--take-over', 'roll over live data streams that another template made')
    .option('--dry-run', 'say what would change, and change nothing')
    .option('--print', 'print the requests instead of sending them')
    .option('--remove', 'remove what setup put there')
    .addHelpText('after', teaching)
    .action((flags: SetupFlags) => runSetup(flags, readAuditAssets(), (line) => console.log(line)));
}

/** Throws an OperatorError for everything that needs a person. */
export async function runSetup(flags: SetupFlags, assets: readonly Asset[], say: Say): Promise<void> {
  if (assets.length === 0) throw new Error('no generated templates were found beside the program');
  const version = readVersion();
  if (flags.print) return printRequests(assets, version, say);
  const { signal } = new AbortController();
  const connection = await connect(await readConnectionFlags(flags));
  try {
    if (flags.remove) {
      const removed = await removeSetup(connection, assets, flags.dryRun ?? false, say, signal);
      if (removed === 0) say('Nothing of ours is there.');
      return;
    }
    const dataStreams = (await chooseNamespaces(flags)).map((namespace) => `logs-o365.audit-${namespace}`);
    const input = { assets, version, dataStreams, takeOver: flags.takeOver ?? false };
    const plan = await planSetup(connection, input, signal);
    refuse(plan);
    if (flags.dryRun) describePlan(plan, say);
    else await applySetup(connection, plan, version, say, signal);
    if (isDone(plan)) say('Everything is in place already.');
  } finally {
    await connection.close();
  }
}

async function chooseNamespaces({ namespace, policy }: SetupFlags): Promise<readonly string[]> {
  if (namespace) return namespace;
  if (policy === undefined) return ['default'];
  const { streams } = await loadPolicy(policy, { force: true });
  return [...new Set(streams.map(({ mapping }) => mapping.namespace))];
}

function refuse({ conflicts }: Plan): void {
  const [first] = conflicts;
  if (!first) return;
  throw new OperatorError({
    code: `setup-${first.code}`,
    message: `Nothing was changed. ${conflicts.map(({ message }) => message).join(' ')}`,
    advice: [...new Set(conflicts.map(({ advice }) => advice))].join(' '),
    retry: { kind: 'never' },
  });
}

function describePlan({ steps, rollOver, createStreams }: Plan, say: Say): void {
  for (const { asset, action } of steps) if (action !== 'keep') say(`would ${action} ${titleOf(asset)}`);
  for (const name of rollOver) say(`would roll over data stream ${name}`);
  for (const name of createStreams) say(`would create data stream ${name}`);
}

function isDone({ steps, rollOver, createStreams }: Plan): boolean {
  return (
    steps.every(({ action }) => action === 'keep') && rollOver.length === 0 && createStreams.length === 0
  );
}

function printRequests(assets: readonly Asset[], version: string, say: Say): void {
  for (const asset of inOrder(stampMappings(assets)))
    say(`PUT ${assetPath(asset)}\n${JSON.stringify(markedBody(asset, version), undefined, 2)}\n`);
}
