// The command `m365 install`: it uploads the package to Kibana, after a look at who owns its data streams.

import { readFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { packagedDatasets } from '../../../pipelines/datasets.ts';
import { OperatorError } from '../../contract/errors.ts';
import { describeFileFailure } from '../../files/file-failure.ts';
import { createDispatcher } from '../../http/dispatcher.ts';
import { fileSecret, fixedSecret, type Secret } from '../../options/secret.ts';
import type { EnvironmentVariables } from '../../options/settings-tree.ts';
import type { PrintLine } from '../../setup/apply-setup.ts';
import { askKibana, type KibanaConnection } from '../kibana/connection.ts';
import { importDashboards } from '../kibana/import-dashboards.ts';
import { findOwnership, mapsDataStreams, type Ownership } from '../kibana/owners.ts';
import { rawDataset } from '../package/collector/raw-dataset.ts';
import { collectionDataset } from '../package/fields/collection-fields.ts';
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
  readonly collector?: boolean;
  readonly dashboardsOnly?: boolean;
  readonly dryRun?: boolean;
}

const teaching = `
What it does:
  Builds the package and uploads it to Kibana's Fleet, which installs its data
  streams, pipelines and dashboards. It looks first: where another package owns
  the data streams, or the registry has one of the same name, it says so with
  the way out, and uploads nothing.

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
  m365 setup was run first   keep it, and m365 install --dashboards-only

Examples:
  m365 install --kibana https://kibana.example:5601 --dry-run   who owns what
  m365 install --kibana https://kibana.example:5601             do it
  m365 install --kibana http://localhost:5601 --username elastic
  m365 install --kibana https://kibana.example:5601 --collector
  m365 install --kibana https://kibana.example:5601 --dashboards-only

Beside Elastic Agent:
  m365 install agent puts this program where an agent runs it; it has its own
  help.`;

export function installCommand(): Command {
  return new Command('install')
    .summary('upload the integration package to Kibana')
    .description('Builds the integration package and uploads it to Kibana.')
    .addOption(new Option('--kibana <url>', 'address of Kibana, with its base path').env('KIBANA_URL'))
    .option('--space <id>', 'the space it is installed from; the default one without it')
    .option('--api-key-file <file>', 'file that holds the API key')
    .option('--username <name>', 'user name, instead of an API key')
    .option('--password-file <file>', 'file that holds the password')
    .option('--ca <file...>', 'PEM file of the authority to trust')
    .option('--insecure', 'do not check the certificate')
    .option('--zip <file>', 'upload this package instead of building it')
    .option('--collector', 'the package that collects for Elastic’s o365, which stays')
    .option('--dashboards-only', 'import the dashboards as saved objects, without the package')
    .option('--dry-run', 'look, and upload nothing')
    .addHelpText('after', teaching)
    .addCommand(installAgentCommand())
    .action((flags: InstallFlags) => runInstall(flags, printText));
}

/** What is uploaded: its title in Kibana, and the data streams that it has to own. */
interface Uploaded {
  readonly name: PackageName;
  readonly title: string;
  readonly dataStreams: readonly string[];
}

const patternOf = (dataset: string): string => `logs-${dataset}-*`;

const wholePackage: Uploaded = {
  name: 'm365',
  title: 'Microsoft 365: complete audit logs',
  dataStreams: [...packagedDatasets, collectionDataset].map(patternOf),
};

const collectorPackage: Uploaded = {
  name: 'm365_collector',
  title: "Microsoft 365: complete collection for Elastic's package",
  dataStreams: [collectionDataset, rawDataset].map(patternOf),
};

/** Throws an OperatorError for everything that needs a person. */
export async function runInstall(
  flags: InstallFlags,
  print: PrintLine,
  environment: EnvironmentVariables = process.env,
) {
  // The package is built first of all: it takes seconds, in which Kibana would close a connection that is open already.
  const deliver = await (flags.dashboardsOnly
    ? prepareDashboards(flags, print)
    : prepareUpload(flags, print));
  const connection = await readConnection(flags, environment);
  try {
    await deliver(connection);
  } finally {
    await connection.dispatcher.close();
  }
}

type Upload = (connection: KibanaConnection) => Promise<void>;

async function prepareUpload(flags: InstallFlags, print: PrintLine): Promise<Upload> {
  const uploaded = flags.collector ? collectorPackage : wholePackage;
  const zip = flags.zip === undefined ? await findZip(uploaded.name) : readZip(flags.zip);
  return async (connection) => {
    const ownership = await findOwnership(connection, uploaded.name, uploaded.dataStreams);
    refuse(ownership, uploaded, print);
    if (flags.dryRun) {
      print(`would upload the package (${zip.byteLength} bytes) to ${connection.address}`);
      return;
    }
    const { body } = await askKibana(connection, { method: 'POST', path: '/api/fleet/epm/packages', zip });
    const items = Array.isArray(body.items) ? body.items.length : 0;
    print(`installed the package with ${items} assets`);
    print(`Next: in Kibana open Integrations, choose "${uploaded.title}", and add it to a policy.`);
    if (flags.collector) print('Disable the inputs of the package o365 for the same tenants.');
  };
}

async function prepareDashboards(
  { zip, dryRun, collector }: InstallFlags,
  print: PrintLine,
): Promise<Upload> {
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

function refuse(ownership: Ownership, uploaded: Uploaded, print: PrintLine): void {
  const { installed, inRegistry, owners } = ownership;
  const [owner] = owners;
  if (owner)
    throw conflict(
      `Nothing was uploaded: the package "${owner.name}" ${owner.version} is installed and owns ${owner.dataStreams.join(', ')}.`,
      `Either remove it (Integrations → Installed → ${owner.name} → Settings → Uninstall; its documents stay) and run this again, ${uploaded === wholePackage ? 'or keep it and run `m365 install --collector`, which collects for it (documents: raw).' : 'or collect with that one: only one of the two can be there.'}`,
    );
  if (inRegistry !== undefined)
    throw conflict(
      `Nothing was uploaded: the registry of this Kibana has a package of the same name (${inRegistry}).`,
      'Serve this package from a registry of your own (xpack.fleet.registryUrl), or run `m365 setup`, then `m365 install --dashboards-only`.',
    );
  if (uploaded === collectorPackage && !hasOwner(ownership))
    throw conflict(
      `Nothing was uploaded: no installed package owns ${packagedDatasets.map(patternOf).join(', ')}, for which this one collects.`,
      'Install Elastic’s package Microsoft Office 365 first, or run `m365 install` without --collector, which needs no other package.',
    );
  print(installed === undefined ? 'no version of it is installed' : `version ${installed} is installed`);
}

const hasOwner = ({ all }: Ownership): boolean =>
  all.some((each) => mapsDataStreams(each, packagedDatasets.map(patternOf)));

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
