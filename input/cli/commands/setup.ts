// The command `m365 setup`: it puts index templates, ingest pipelines and data streams straight into Elasticsearch, for
// those without Kibana.

import { Command } from 'commander';
import { elasticPackageOf } from '../../../pipelines/datasets.ts';
import { OperatorError } from '../../contract/errors.ts';
import { type Connection, connect } from '../../outputs/elasticsearch/connect/connection.ts';
import { loadPolicy } from '../../settings/policy/load-policy.ts';
import type { Policy } from '../../settings/policy/policy.ts';
import { applySetup, type PrintLine, removeSetup } from '../../setup/apply-setup.ts';
import {
  addLifecycle,
  assetPath,
  inDependencyOrder,
  markedBody,
  type SetupAsset,
  stampMappings,
} from '../../setup/assets.ts';
import { chooseParts, findRawDatasets, type SetupPart } from '../../setup/choose-assets.ts';
import type { SetupConflict } from '../../setup/conflicts.ts';
import {
  addConnectionOptions,
  type ConnectionFlags,
  connectionHelp,
  readConnectionFlags,
} from '../../setup/connection-options.ts';
import { groupSteps } from '../../setup/group-steps.ts';
import { withLifecycle } from '../../setup/lifecycle.ts';
import { readOwnAssets } from '../../setup/own-assets.ts';
import { planSetup, type SetupPlan } from '../../setup/plan-setup.ts';
import { readVersion } from '../version.ts';

interface SetupFlags extends ConnectionFlags {
  readonly namespace?: readonly string[];
  readonly takeOver?: boolean;
  readonly retention?: string;
  readonly dryRun?: boolean;
  readonly print?: boolean;
  readonly remove?: boolean;
}

const teaching = `
What it does:
  Puts the ingest pipelines, component templates and index templates for the
  log types that a policy collects in place, and creates their data streams:
  logs-o365.audit-*, logs-m365.collection-*, logs-azure.signinlogs-* and so on.
  Without --policy those of the audit log are meant. Elasticsearch's data
  stream lifecycle rolls them over; --retention deletes what is old.
  Run it once before the first delivery, and again after each upgrade and for
  each new log type: what is unchanged is kept, and a changed mapping takes
  effect with the next document (the data streams are rolled over).

What it never does:
  Touch what is not its own. It looks first: a package installed in Kibana,
  somebody's template, or live data streams that another template made are
  named together with the way out, and nothing of theirs is changed. What one
  owner keeps out (Elastic's azure has azure.*) keeps out nothing else.
  Data streams of which every stream has "documents: raw" are another
  package's, and left alone.
${connectionHelp}
  It takes the cluster privileges monitor, manage_index_templates and
  manage_ingest_pipelines, and manage on the data streams: more than the key
  that delivers needs.

Examples:
  m365 setup --policy my.yml --dry-run          what would change
  m365 setup --policy my.yml                    do it
  m365 setup --url https://es.example:9200 --username elastic --ca http_ca.crt
  m365 setup --print --policy my.yml            the requests, for Dev Tools
  m365 setup --policy my.yml --retention 90d    keep documents for 90 days
  m365 setup --policy my.yml --take-over        take over from a removed package
  m365 setup --policy my.yml --remove           take back what setup put there`;

export function setupCommand(): Command {
  const command = new Command('setup')
    .summary('put templates and pipelines into Elasticsearch')
    .description('Prepares an Elasticsearch for the data streams of a policy, without Kibana.');
  return addConnectionOptions(command)
    .option('--namespace <name...>', 'make the data streams of these; else those that the policy writes')
    .option('--take-over', 'roll over live data streams that another template made')
    .option('--retention <time>', 'delete documents older than this: 90d; without it they stay')
    .option('--dry-run', 'print what would change, and change nothing')
    .option('--print', 'print the requests instead of sending them; connects to nothing')
    .option('--remove', 'remove what setup put there')
    .addHelpText('after', teaching)
    .action((flags: SetupFlags) => runSetup(flags, readOwnAssets(), (line) => console.log(line)));
}

/** Throws an OperatorError for everything that needs a person. */
export async function runSetup(
  flags: SetupFlags,
  assets: readonly SetupAsset[],
  print: PrintLine,
): Promise<void> {
  if (assets.length === 0) throw new Error('no generated templates were found beside the program');
  const version = readVersion();
  const retention = checkRetention(flags.retention);
  const policy = flags.policy === undefined ? undefined : await loadPolicy(flags.policy, { force: true });
  const { output, namespace: namespaces } = flags;
  const parts = chooseParts(assets, { policy, output, namespaces });
  if (flags.print)
    return printRequests(
      parts.flatMap((part) => part.assets),
      version,
      retention,
      print,
    );
  const { signal } = new AbortController();
  const connection = await connect(await readConnectionFlags(flags));
  try {
    if (flags.remove) {
      const removed = await removeSetup(connection, assets, flags.dryRun ?? false, print, signal);
      if (removed === 0) print('Nothing of ours is there.');
      return;
    }
    if (policy) leaveRecords(policy, parts, print);
    const plans: SetupPlan[] = [];
    for (const part of parts) {
      const own = await withLifecycle(connection, part.assets, retention, signal);
      const { dataStreams } = part;
      const input = { assets: own, version, dataStreams, takeOver: flags.takeOver ?? false, retention };
      plans.push(await planSetup(connection, input, signal));
    }
    await carryOut(connection, plans, { flags, version, print, signal });
  } finally {
    await connection.close();
  }
}

interface Carrying {
  readonly flags: SetupFlags;
  readonly version: string;
  readonly print: PrintLine;
  readonly signal: AbortSignal;
}

/** What one owner keeps out is said at the end, and keeps out nothing else. */
async function carryOut(
  connection: Connection,
  plans: readonly SetupPlan[],
  { flags, version, print, signal }: Carrying,
): Promise<void> {
  const free = plans.filter(({ conflicts }) => conflicts.length === 0);
  const conflicts = plans.flatMap((plan) => plan.conflicts);
  if (free.length === 0) refuse('Nothing was changed.', conflicts);
  for (const plan of free)
    if (flags.dryRun) describePlan(plan, print);
    else await applySetup(connection, plan, version, print, signal);
  if (free.every(isDone)) print('Everything is in place already.');
  refuse('The rest is in place, but not all.', conflicts);
  if (!flags.dryRun) print(nextStep(flags.policy));
}

/** Elasticsearch's units of time; anything smaller than an hour would delete what detection rules still read. */
function checkRetention(text: string | undefined): string | undefined {
  if (text === undefined || /^[1-9]\d*[dh]$/.test(text)) return text;
  throw new OperatorError({
    code: 'usage',
    message: `--retention ${text} is no time that documents can be kept.`,
    advice: 'Write days or hours: 90d, 36h.',
    retry: { kind: 'never' },
  });
}

/** Raw records are mapped by another's package; what is left to set up is all else. */
function leaveRecords(policy: Policy, parts: readonly SetupPart[], print: PrintLine): void {
  const raw = findRawDatasets(policy);
  if (raw.length === 0) return;
  const patterns = raw.map((name) => `logs-${name}-*`).join(', ');
  const why = `every stream of ${policy.file} that writes there has "documents: raw", so that another package maps ${patterns}`;
  if (parts.length > 0) {
    print(`left ${patterns} alone: ${why}`);
    return;
  }
  const owners = new Set(raw.flatMap((name) => elasticPackageOf(name) ?? []));
  throw new OperatorError({
    code: 'setup-raw',
    message: `Nothing was changed, and nothing needs to be: ${why}.`,
    advice: `Install that package (Elastic’s is ${[...owners].join(', ')}) in Kibana; m365 check says whether it is there. To let m365 map records, leave out "documents: raw" and run this again.`,
    retry: { kind: 'never' },
  });
}

function refuse(what: string, conflicts: readonly SetupConflict[]): void {
  const [first] = conflicts;
  if (!first) return;
  throw new OperatorError({
    code: `setup-${first.code}`,
    message: `${what} ${conflicts.map(({ message }) => message).join(' ')}`,
    advice: [...new Set(conflicts.map(({ advice }) => advice))].join(' '),
    retry: { kind: 'never' },
  });
}

function nextStep(policy: string | undefined): string {
  const file = policy ?? 'my.yml';
  return `Next: m365 check --policy ${file}, then m365 run --policy ${file}. Dashboards: m365 install --dashboards-only, or m365 preview without Kibana.`;
}

function describePlan(
  { steps, rollOver, retain, retention, createStreams }: SetupPlan,
  print: PrintLine,
): void {
  for (const group of groupSteps(steps))
    print(group.describe({ create: 'would create', update: 'would update' }));
  for (const name of rollOver) print(`would roll over data stream ${name}`);
  if (retain.length > 0) print(`would set the retention of ${retain.join(', ')} to ${retention}`);
  for (const name of createStreams) print(`would create data stream ${name}`);
}

function isDone({ steps, rollOver, createStreams }: SetupPlan): boolean {
  return (
    steps.every(({ action }) => action === 'keep') && rollOver.length === 0 && createStreams.length === 0
  );
}

function printRequests(
  assets: readonly SetupAsset[],
  version: string,
  retention: string | undefined,
  print: PrintLine,
): void {
  const kept = assets.map((asset) =>
    asset.kind === 'index_template' ? addLifecycle(asset, retention) : asset,
  );
  for (const asset of inDependencyOrder(stampMappings(kept)))
    print(`PUT ${assetPath(asset)}\n${JSON.stringify(markedBody(asset, version), undefined, 2)}\n`);
}
