// The command `m365 install`: it uploads the packages to Kibana, each after a look at who owns its data streams.

import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { Command, Option } from 'commander';
import { collectorPackage, datasetPackages } from '../../../pipelines/datasets.ts';
import { OperatorError } from '../../contract/errors.ts';
import { describeFileFailure } from '../../files/file-failure.ts';
import { createDispatcher } from '../../http/dispatcher.ts';
import { fileSecret, fixedSecret, type Secret } from '../../options/secret.ts';
import type { EnvironmentVariables } from '../../options/settings-tree.ts';
import type { PrintLine } from '../../setup/apply-setup.ts';
import type { KibanaConnection } from '../kibana/connection.ts';
import { importDashboards } from '../kibana/import-dashboards.ts';
import { dataStreamsOf, findObstacle, type Obstacle, packageTitles } from '../kibana/obstacles.ts';
import { findOwnership, type Ownership } from '../kibana/owners.ts';
import { uploadPackage } from '../kibana/upload-package.ts';
import { findSavedObjects, findZip, type PackageName } from '../package/ready-package.ts';
import { printText } from '../terminal/terminal.ts';
import { installAgentCommand } from './install-agent.ts';

export interface InstallFlags {
  readonly kibana?: string;
  readonly space?: string;
  readonly apiKeyFile?: string;
  readonly username?: string;
  readonly passwordFile?: string;
  readonly ca?: readonly string[];
  readonly insecure?: boolean;
  readonly zip?: string;
  readonly package?: readonly PackageName[];
  readonly collector?: boolean;
  readonly dashboardsOnly?: boolean;
  readonly dryRun?: boolean;
}

const teaching = `
What it does:
  Builds the packages and uploads them to Kibana's Fleet, which installs their
  data streams, pipelines and dashboards. There is one for each owner that the
  data streams could have:
  ${datasetPackages.join(', ')}.
  It looks first: where another package owns the data streams, or the registry
  has one of the same name, it says so with the way out, and uploads the others.
  Kibana takes an upload every ten seconds, so that several take a while.

Credentials:
  KIBANA_API_KEY (encoded, as Kibana shows it, or id:key), or --username with
  KIBANA_PASSWORD; or from files.
  The key needs the Kibana privileges Fleet: All and Integrations: All. Since
  9.4.8 and 9.5.5 Kibana asks for more where a package brings security rules or
  prompts; these bring none. With --dashboards-only instead Saved Objects
  Management: All and Data View Management: All.

A cluster without internet:
  Kibana asks its registry before it takes an upload (since 8.19.22 and 9.4),
  and refuses it where the registry cannot be reached. One of two settings in
  kibana.yml allows it:
    xpack.fleet.internal.allowRegistryPackageUploads: true
    xpack.fleet.internal.skipUploadPackageValidation: true   and nothing else
                                                    of an upload is checked

Ways to the documents:
  a clean Kibana             m365 install, then add the integration "Microsoft
                             365: complete audit logs" to a policy
  Elastic's o365 is there    remove it (its documents stay), then m365 install
  ... and is to stay         m365 install --collector, which collects for it;
                             then disable the inputs of o365
  Elastic's azure is there   m365_entra is left out; remove azure, or keep it
                             and collect from a policy file with the setting
                             "documents: raw"
  m365 setup was run first   keep it, and m365 install --dashboards-only

Examples:
  m365 install --kibana https://kibana.example:5601 --dry-run   who owns what
  m365 install --kibana https://kibana.example:5601             do it
  m365 install --kibana http://localhost:5601 --username elastic
  m365 install --kibana https://kibana.example:5601 --package m365_entra
  m365 install --kibana https://kibana.example:5601 --collector
  m365 install --kibana https://kibana.example:5601 --dashboards-only

Beside Elastic Agent:
  m365 install agent puts this program where an agent runs it; it has its own
  help.`;

export function installCommand(): Command {
  return new Command('install')
    .summary('upload the integration packages to Kibana')
    .description('Builds the integration packages and uploads them to Kibana.')
    .addOption(new Option('--kibana <url>', 'address of Kibana, with its base path').env('KIBANA_URL'))
    .option('--space <id>', 'the space it is installed from; the default one without it')
    .option('--api-key-file <file>', 'file that holds the API key')
    .option('--username <name>', 'user name, instead of an API key')
    .option('--password-file <file>', 'file that holds the password')
    .option('--ca <file...>', 'PEM file of the authority to trust')
    .option('--insecure', 'do not check the certificate')
    .option('--zip <file>', 'upload this package instead of building it')
    .addOption(
      new Option('--package <name...>', 'these packages; all of them without it').choices([
        ...datasetPackages,
      ]),
    )
    .option('--collector', 'the package that collects for Elastic’s o365, which stays')
    .option('--dashboards-only', 'import the dashboards as saved objects, without the package')
    .option('--dry-run', 'look, and upload nothing')
    .addHelpText('after', teaching)
    .addCommand(installAgentCommand())
    .action((flags: InstallFlags) => runInstall(flags, printText));
}

/** Throws an OperatorError for everything that needs a person. */
export async function runInstall(
  flags: InstallFlags,
  print: PrintLine,
  environment: EnvironmentVariables = process.env,
  sleep: (ms: number) => Promise<unknown> = setTimeout,
  build: BuildZip = findZip,
) {
  // Packages are built first of all: it takes seconds, in which Kibana would close a connection that is open already.
  const deliver = await (flags.dashboardsOnly
    ? prepareDashboards(flags, print)
    : prepareUploads(flags, print, sleep, build));
  const connection = await readConnection(flags, environment);
  try {
    await deliver(connection);
  } finally {
    await connection.dispatcher.close();
  }
}

type BuildZip = (name: PackageName) => Promise<Uint8Array>;
type Deliver = (connection: KibanaConnection) => Promise<void>;

async function prepareUploads(
  flags: InstallFlags,
  print: PrintLine,
  sleep: (ms: number) => Promise<unknown>,
  build: BuildZip,
): Promise<Deliver> {
  const zips = new Map<PackageName, Uint8Array>();
  for (const name of choosePackages(flags))
    zips.set(name, flags.zip === undefined ? await build(name) : readZip(flags.zip));
  return async (connection) => {
    const left: Obstacle[] = [];
    for (const [name, zip] of zips) {
      const ownership = await findOwnership(connection, name, dataStreamsOf(name));
      const obstacle = findObstacle(name, ownership);
      if (obstacle) left.push(obstacle);
      else await deliverPackage({ connection, print, sleep }, name, zip, { ...ownership, flags });
    }
    if (left.length === zips.size) throw nothingUploaded(left);
    for (const { message, advice } of left) print(`left out: ${message} ${advice}`);
  };
}

function choosePackages({ collector, package: chosen, zip }: InstallFlags): readonly PackageName[] {
  if (collector && chosen)
    throw usage('--collector and --package exclude each other.', 'Leave one of them out.');
  if (collector) return [collectorPackage];
  if (zip !== undefined && chosen && chosen.length > 1)
    throw usage('One --zip cannot be several packages.', 'Give one --package.');
  return chosen ?? (zip === undefined ? datasetPackages : ['m365']);
}

interface Uploading {
  readonly connection: KibanaConnection;
  readonly print: PrintLine;
  readonly sleep: (ms: number) => Promise<unknown>;
}

async function deliverPackage(
  { connection, print, sleep }: Uploading,
  name: PackageName,
  zip: Uint8Array,
  { installed, flags }: Pick<Ownership, 'installed'> & { readonly flags: InstallFlags },
): Promise<void> {
  print(`${name}: ${installed === undefined ? 'no version of it' : `version ${installed}`} is installed`);
  if (flags.dryRun) {
    print(`would upload the package ${name} (${zip.byteLength} bytes) to ${connection.address}`);
    return;
  }
  const assets = await uploadPackage(connection, zip, sleep);
  print(`installed the package ${name} with ${assets} assets`);
  print(`Next: in Kibana open Integrations, choose "${packageTitles[name]}", and add it to a policy.`);
  if (name === collectorPackage) print('Disable the inputs of the package o365 for the same tenants.');
}

async function prepareDashboards(
  { zip, dryRun, collector }: InstallFlags,
  print: PrintLine,
): Promise<Deliver> {
  if (zip !== undefined || collector)
    throw usage(
      `${collector ? '--collector' : '--zip'} and --dashboards-only exclude each other.`,
      'Leave one of them out.',
    );
  const savedObjects = await findSavedObjects();
  return async (connection) => {
    const count = savedObjects.filter(({ type }) => type === 'dashboard').length;
    if (dryRun) {
      print(`would import ${count} dashboards to ${connection.address}`);
      return;
    }
    await importDashboards(connection, savedObjects);
    print(`imported ${count} dashboards`);
    print('Next: in Kibana open Dashboards and look for [O365].');
  };
}

function readZip(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw usage(
      `Cannot read the package ${file}: ${describeFileFailure(cause)}.`,
      'Run `m365 package` first.',
    );
  }
}

function nothingUploaded(left: readonly Obstacle[]): OperatorError {
  const text = (name: 'message' | 'advice') => [...new Set(left.map((each) => each[name]))].join(' ');
  return conflict(`Nothing was uploaded: ${text('message')}`, text('advice'));
}

async function readConnection(
  flags: InstallFlags,
  environment: EnvironmentVariables,
): Promise<KibanaConnection> {
  const { kibana, space } = flags;
  const url = URL.parse(kibana ?? '');
  if (!url || !/^https?:$/.test(url.protocol))
    throw usage('Which Kibana is meant was not said.', 'Give --kibana https://host:5601, or set KIBANA_URL.');
  const path = space === undefined ? '' : `/s/${encodeURIComponent(space)}`;
  return {
    address: `${url.origin}${url.pathname.replace(/\/+$/, '')}${path}`,
    authorization: await readAuthorization(flags, environment),
    dispatcher: createDispatcher({
      certificateAuthorities: flags.ca ?? [],
      verificationMode: flags.insecure ? 'none' : 'full',
      timeoutMs: 180_000,
    }),
  };
}

async function readAuthorization(
  flags: InstallFlags,
  environment: EnvironmentVariables,
): Promise<string | undefined> {
  const username = flags.username ?? environment.KIBANA_USERNAME;
  const apiKey = await readSecret(flags.apiKeyFile, '--api-key-file', environment.KIBANA_API_KEY);
  if (apiKey !== undefined && flags.username === undefined) return `ApiKey ${encodeKey(apiKey)}`;
  if (username === undefined) return undefined;
  const password = await readSecret(flags.passwordFile, '--password-file', environment.KIBANA_PASSWORD);
  if (password === undefined)
    throw usage(`There is no password for ${username}.`, 'Set KIBANA_PASSWORD or give --password-file FILE.');
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

const encodeKey = (key: string): string => (key.includes(':') ? Buffer.from(key).toString('base64') : key);

function readSecret(file: string | undefined, flag: string, value: string | undefined) {
  const secret: Secret | undefined =
    file !== undefined ? fileSecret(file, flag) : value ? fixedSecret(value) : undefined;
  return secret?.();
}

const usage = (message: string, advice: string) =>
  new OperatorError({ code: 'usage', message, advice, retry: { kind: 'never' } });

const conflict = (message: string, advice: string) =>
  new OperatorError({ code: 'install-conflict', message, advice, retry: { kind: 'never' } });
