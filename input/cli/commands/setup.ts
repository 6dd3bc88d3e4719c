// The command `m365 setup`: it puts index templates, ingest pipelines and data streams straight into Elasticsearch, for
// those without Kibana.

import { Command } from 'commander';
import { dataStreamOf } from '../../../pipelines/dataset.ts';
import { packagedDatasets } from '../../../pipelines/datasets.ts';
import { OperatorError } from '../../contract/errors.ts';
import { connect } from '../../outputs/elasticsearch/connect/connection.ts';
import { patternsOverlap } from '../../outputs/elasticsearch/template/index-patterns.ts';
import { patternsOf } from '../../outputs/elasticsearch/template/template-owner.ts';
import type { OutputPolicy } from '../../outputs/output-policy.ts';
import { loadPolicy } from '../../settings/policy/load-policy.ts';
import type { Policy, StreamPolicy } from '../../settings/policy/policy.ts';
import { applySetup, type PrintLine, removeSetup } from '../../setup/apply-setup.ts';
import {
  addLifecycle,
  assetPath,
  inDependencyOrder,
  markedBody,
  type SetupAsset,
  stampMappings,
} from '../../setup/assets.ts';
import { readAuditAssets } from '../../setup/audit-assets.ts';
import {
  addConnectionOptions,
  type ConnectionFlags,
  connectionHelp,
  readConnectionFlags,
} from '../../setup/connection-options.ts';
import { groupSteps } from '../../setup/group-steps.ts';
import { withLifecycle } from '../../setup/lifecycle.ts';
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

const recordPatterns = packagedDatasets.map((name) => `logs-${name}-*`).join(', ');

const teaching = `
What it does:
  Puts the ingest pipelines, component templates and index templates for
  ${recordPatterns} and logs-m365.collection-* in place and creates the data
  streams. Elasticsearch's data stream lifecycle rolls them over; --retention
  deletes what is old.
  Run it once before the first delivery, and again after each upgrade: what is
  unchanged is kept, and a changed mapping takes effect with the next document
  (the data streams are rolled over).

What it never does:
  Touch what is not its own. It looks first: a package installed in Kibana,
  somebody's template, or live data streams that another template made are
  named together with the way out, and nothing is changed.
  With "documents: raw" in every stream of the policy, ${recordPatterns} is
  another package's: only logs-m365.collection-* is set up, where the policy
  asks for reports of completeness.
${connectionHelp}
  It takes the cluster privileges monitor, manage_index_templates and
  manage_ingest_pipelines, and manage on ${recordPatterns} and
  logs-m365.collection-*: more than the key that delivers needs.

Examples:
  m365 setup --policy my.yml --dry-run          what would change
  m365 setup --policy my.yml                    do it
  m365 setup --url https://es.example:9200 --username elastic --ca http_ca.crt
  m365 setup --print                            the requests, for Dev Tools
  m365 setup --policy my.yml --retention 90d    keep documents for 90 days
  m365 setup --policy my.yml --take-over        take over from a removed package
  m365 setup --policy my.yml --remove           take back what setup put there`;

export function setupCommand(): Command {
  const command = new Command('setup')
    .summary('put templates and pipelines into Elasticsearch')
    .description('Prepares an Elasticsearch for the audit data streams, without Kibana.');
  return addConnectionOptions(command)
    .option('--namespace <name...>', 'make the data streams of these; else those that the policy writes')
    .option('--take-over', 'roll over live data streams that another template made')
    .option('--retention <time>', 'delete documents older than this: 90d; without it they stay')
    .option('--dry-run', 'print what would change, and change nothing')
    .option('--print', 'print the requests instead of sending them; connects to nothing')
    .option('--remove', 'remove what setup put there')
    .addHelpText('after', teaching)
    .action((flags: SetupFlags) => runSetup(flags, readAuditAssets(), (line) => console.log(line)));
}

/** Throws an OperatorError for everything that needs a person. */
export async function runSetup(
  flags: SetupFlags,
  assets: readonly SetupAsset[],
  print: PrintLine,
): Promise<void> {
  if (assets.length === 0) throw new Error('no generated templates were found beside the program');
  const version = readVersion();
  if (flags.print) return printRequests(assets, version, checkRetention(flags.retention), print);
  const { signal } = new AbortController();
  const connection = await connect(await readConnectionFlags(flags));
  try {
    if (flags.remove) {
      const removed = await removeSetup(connection, assets, flags.dryRun ?? false, print, signal);
      if (removed === 0) print('Nothing of ours is there.');
      return;
    }
    const retention = checkRetention(flags.retention);
    const policy = flags.policy === undefined ? undefined : await loadPolicy(flags.policy, { force: true });
    const chosen = policy?.streams.every(isRaw) ? leaveRecords(assets, policy, print) : assets;
    const input = {
      assets: await withLifecycle(connection, chosen, retention, signal),
      version,
      dataStreams: chooseDataStreams(flags, policy, chosen),
      takeOver: flags.takeOver ?? false,
      retention,
    };
    const plan = await planSetup(connection, input, signal);
    refuse(plan);
    if (flags.dryRun) describePlan(plan, print);
    else await applySetup(connection, plan, version, print, signal);
    if (isDone(plan)) print('Everything is in place already.');
    if (!flags.dryRun) print(nextStep(flags.policy));
  } finally {
    await connection.close();
  }
}

/** The data streams that will be written to and that a template is for. */
function chooseDataStreams(
  flags: SetupFlags,
  policy: Policy | undefined,
  assets: readonly SetupAsset[],
): string[] {
  const patterns = assets.filter(({ kind }) => kind === 'index_template').flatMap(patternsOf);
  const names =
    policy === undefined || flags.namespace
      ? (flags.namespace ?? ['default']).flatMap(streamsIn)
      : writtenBy(policy, flags.output);
  return [...new Set(names)].filter((name) => patterns.some((pattern) => patternsOverlap(pattern, name)));
}

const collectionStream = (namespace: string) => `logs-m365.collection-${namespace}`;
const streamsIn = (namespace: string) => [
  ...packagedDatasets.map((dataset) => dataStreamOf({ dataset, namespace })),
  collectionStream(namespace),
];

/**
 * The data streams that the chosen output receives; a stream of raw records writes to one of another package.
 */
function writtenBy({ streams, completeness = [] }: Policy, outputName: string | undefined): string[] {
  const isMeant = ({ output }: { readonly output: OutputPolicy }) =>
    output.type === 'elasticsearch' && (outputName === undefined || output.name === outputName);
  return [
    ...streams
      .filter((stream) => isMeant(stream) && !isRaw(stream))
      .map(({ mapping }) => dataStreamOf(mapping)),
    ...completeness.filter(isMeant).map(({ namespace }) => collectionStream(namespace)),
  ];
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

const isRaw = ({ mapping }: StreamPolicy) => mapping.documents === 'raw';

/** Raw records are mapped by another's package; what is left to set up is where completeness is reported. */
function leaveRecords(
  assets: readonly SetupAsset[],
  { file, completeness, streams }: Policy,
  print: PrintLine,
): readonly SetupAsset[] {
  const owned = [...new Set(streams.map(({ mapping }) => `logs-${mapping.dataset}`))];
  const patterns = owned.map((name) => `${name}-*`).join(', ');
  const why = `every stream of ${file} has "documents: raw", so that another package maps ${patterns}`;
  if (!completeness?.length)
    throw new OperatorError({
      code: 'setup-raw',
      message: `Nothing was changed, and nothing needs to be: ${why}.`,
      advice:
        'Install that package (Elastic’s is o365) in Kibana; m365 check says whether it is there. To let m365 map records, leave out "documents: raw" and run this again.',
      retry: { kind: 'never' },
    });
  print(`left ${patterns} alone: ${why}`);
  return assets.filter(({ name }) => !owned.some((each) => name.startsWith(each)));
}

function refuse({ conflicts }: SetupPlan): void {
  const [first] = conflicts;
  if (!first) return;
  throw new OperatorError({
    code: `setup-${first.code}`,
    message: `Nothing was changed. ${conflicts.map(({ message }) => message).join(' ')}`,
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
