// The command line options that name an Elasticsearch: a policy's output, an address, or the environment. Secrets come from
// the environment or a file, never from the command line, where every process of the machine can read them.

import { type Command, Option } from 'commander';
import { OperatorError } from '../contract/errors.ts';
import { fileSecret, fixedSecret, type Secret } from '../options/secret.ts';
import type { EnvironmentVariables } from '../options/settings-tree.ts';
import type { ElasticsearchOptions } from '../outputs/elasticsearch/connect/options.ts';
import { loadPolicy } from '../settings/policy/load-policy.ts';
import { withReadingKeys } from '../settings/policy/reading-key.ts';

export interface ConnectionFlags {
  readonly policy?: string;
  readonly output?: string;
  readonly url?: readonly string[];
  readonly apiKeyFile?: string;
  readonly username?: string;
  readonly passwordFile?: string;
  readonly ca?: readonly string[];
  readonly fingerprint?: string;
  readonly insecure?: boolean;
}

export const connectionHelp = `
Which Elasticsearch:
  --policy FILE takes the address (and, where nothing else is given, the
  credentials) of an output in that policy. Without it, --url or
  ELASTICSEARCH_URL; without a port, 9200 is meant.
  Credentials: ELASTICSEARCH_API_KEY (id:key, or base64), or --username with
  ELASTICSEARCH_PASSWORD; or from files. They are not taken from the command
  line, where every process of this machine could read them.`;

export function addConnectionOptions(command: Command): Command {
  return command
    .option('--policy <file>', 'take the output of this policy')
    .option('--output <name>', 'which output, when the policy has several')
    .addOption(new Option('--url <url...>', 'address of Elasticsearch').env('ELASTICSEARCH_URL'))
    .option('--api-key-file <file>', 'file that holds the API key')
    .option('--username <name>', 'user name, instead of an API key')
    .option('--password-file <file>', 'file that holds the password')
    .option('--ca <file...>', 'PEM file of the authority to trust')
    .option('--fingerprint <sha256>', 'SHA-256 of the authority to trust')
    .option('--insecure', 'do not check the certificate');
}

interface ConnectionNeeds {
  /** True where documents are looked at: then the policy's key for that is taken. */
  readonly reads?: boolean;
}

export async function readConnectionFlags(
  flags: ConnectionFlags,
  environment: EnvironmentVariables = process.env,
  { reads = false }: ConnectionNeeds = {},
): Promise<ElasticsearchOptions> {
  const fromPolicy =
    flags.policy === undefined ? undefined : await readOutput(flags.policy, flags.output, reads);
  const hosts = flags.policy === undefined ? flags.url : fromPolicy?.hosts;
  if (!hosts || hosts.length === 0)
    throw usage(
      'Which Elasticsearch is meant was not said.',
      'Give --policy FILE, --url URL, or set ELASTICSEARCH_URL.',
    );
  const credentials = readCredentials(flags, environment) ?? fromPolicy ?? {};
  return {
    ...fromPolicy,
    apiKey: credentials.apiKey,
    username: credentials.username,
    password: credentials.password,
    hosts: [...hosts],
    ssl: readSsl(flags, fromPolicy),
  };
}

async function readOutput(
  file: string,
  name: string | undefined,
  reads: boolean,
): Promise<ElasticsearchOptions> {
  const loaded = await loadPolicy(file, { force: true });
  const policy = reads ? withReadingKeys(loaded) : loaded;
  const outputs = policy.outputs.flatMap((output) => (output.type === 'elasticsearch' ? [output] : []));
  const [first, second] = name === undefined ? outputs : outputs.filter((output) => output.name === name);
  if (!first)
    throw usage(
      name === undefined
        ? `No stream of ${file} has an output of type elasticsearch.`
        : `No stream of ${file} uses an Elasticsearch output named "${name}".`,
      'Name another policy or output, or give --url.',
    );
  if (second) {
    const names = outputs.map((output) => output.name).join(', ');
    throw usage(`${file} has several Elasticsearch outputs: ${names}.`, 'Choose one with --output NAME.');
  }
  return first.options;
}

interface Credentials {
  readonly apiKey?: Secret | undefined;
  readonly username?: string | undefined;
  readonly password?: Secret | undefined;
}

/** Reads the credentials given for this command, which take precedence over the policy's: its key may only deliver. */
function readCredentials(flags: ConnectionFlags, environment: EnvironmentVariables): Credentials | undefined {
  const username = flags.username ?? environment.ELASTICSEARCH_USERNAME;
  const apiKey = readSecret(flags.apiKeyFile, '--api-key-file', environment.ELASTICSEARCH_API_KEY);
  const password = readSecret(flags.passwordFile, '--password-file', environment.ELASTICSEARCH_PASSWORD);
  if (flags.username === undefined && apiKey) return { apiKey };
  if (username === undefined) return undefined;
  if (!password)
    throw usage(
      `There is no password for ${username}.`,
      'Set ELASTICSEARCH_PASSWORD or give --password-file FILE.',
    );
  return { username, password };
}

function readSecret(file: string | undefined, flag: string, value: string | undefined): Secret | undefined {
  if (file !== undefined) return fileSecret(file, flag);
  return value === undefined || value === '' ? undefined : fixedSecret(value);
}

function readSsl(
  flags: ConnectionFlags,
  fromPolicy: ElasticsearchOptions | undefined,
): ElasticsearchOptions['ssl'] {
  return {
    ...fromPolicy?.ssl,
    certificateAuthorities: flags.ca ?? fromPolicy?.ssl?.certificateAuthorities,
    caTrustedFingerprint: flags.fingerprint ?? fromPolicy?.ssl?.caTrustedFingerprint,
    verificationMode: flags.insecure ? 'none' : fromPolicy?.ssl?.verificationMode,
  };
}

function usage(message: string, advice: string): OperatorError {
  return new OperatorError({ code: 'usage', message, advice, retry: { kind: 'never' } });
}
