// Turns checked settings of a policy into the options of the Elasticsearch output.

import { protocolVersions, verificationModes } from '../../../http/tls.ts';
import type { PolicyProblem } from '../../../options/problems.ts';
import { readSecret, readWrittenSecret } from '../../../options/secret.ts';
import type { Settings } from '../../../options/settings.ts';
import { checkParameters, noteReplaced } from './agent-settings.ts';
import { describeNoHost, parseHost } from './hosts.ts';
import type { ElasticsearchOptions } from './options.ts';
import { readThroughput } from './throughput-settings.ts';

/** Returns the options; undefined when the settings do not fit together, with the reasons in `problems`. */
export function readElasticsearchOptions(
  settings: Settings,
  problems: PolicyProblem[],
  notes: string[],
): ElasticsearchOptions | undefined {
  const found = [
    ...checkHosts(settings),
    ...checkCredentials(settings),
    ...checkTls(settings),
    ...checkParameters(settings),
  ];
  problems.push(...found);
  if (found.length > 0) return undefined;
  notes.push(...noteReplaced(settings));
  return {
    hosts: settings.list('hosts'),
    protocol: settings.text('protocol'),
    path: settings.text('path'),
    loadBalance: settings.flag('loadbalance'),
    parameters: textsOf(settings, 'parameters'),
    apiKey: readSecret(settings, 'api_key'),
    readApiKey: readSecret(settings, 'read_api_key'),
    username: settings.text('username'),
    password: readSecret(settings, 'password'),
    headers: textsOf(settings, 'headers'),
    ssl: settings.flag('ssl.enabled') ? readTls(settings) : undefined,
    proxyUrl: settings.text('proxy_url'),
    proxyDisable: settings.flag('proxy_disable'),
    proxyHeaders: textsOf(settings, 'proxy_headers'),
    compressionLevel: settings.number('compression_level'),
    bulkMaxBytes: settings.bytes('bulk_max_bytes'),
    ...readThroughput(settings),
    timeoutMs: settings.durationMs('timeout'),
    backoffFirstMs: settings.durationMs('backoff.init'),
    backoffMostMs: settings.durationMs('backoff.max'),
  };
}

function checkHosts(settings: Settings): PolicyProblem[] {
  return settings
    .list('hosts')
    .map((host, index) => ({ host, message: describeNoHost(host, index) }))
    .filter(({ host }) => parseHost(host, { protocol: settings.text('protocol') }) === undefined)
    .map(({ message }) => ({
      place: settings.placeOf('hosts'),
      message: `${message}; write it as https://elasticsearch.example:9200`,
    }));
}

function checkCredentials(settings: Settings): PolicyProblem[] {
  const problem = (name: string, message: string): PolicyProblem => ({
    place: settings.placeOf(name),
    message,
  });
  const given = (name: string) => [name, `${name}_file`].filter((each) => settings.has(each));
  const keys = given('api_key');
  const passwords = given('password');
  const readingKeys = given('read_api_key');
  const [key] = keys;
  const [password] = passwords;
  if (keys.length > 1)
    return [problem('api_key_file', 'api_key and api_key_file are both set; keep one of them')];
  if (readingKeys.length > 1)
    return [
      problem('read_api_key_file', 'read_api_key and read_api_key_file are both set; keep one of them'),
    ];
  if (passwords.length > 1)
    return [problem('password_file', 'password and password_file are both set; keep one of them')];
  if (key !== undefined && settings.has('username'))
    return [problem('username', `username and ${key} are both set; keep one of them`)];
  if (settings.has('username') !== (password !== undefined))
    return [problem(password ?? 'username', 'username and password belong together')];
  return [];
}

function checkTls(settings: Settings): PolicyProblem[] {
  const problem = (name: string, message: string) => [{ place: settings.placeOf(name), message }];
  const pair = ['ssl.certificate', 'ssl.key'].filter((name) => settings.has(name));
  const [lonely] = pair;
  if (lonely !== undefined && pair.length === 1)
    return problem(lonely, 'ssl.certificate and ssl.key belong together');
  const pins = ['ssl.ca_sha256', 'ca_sha256'].find((name) => settings.has(name));
  if (pins !== undefined && settings.text('ssl.verification_mode') === 'none')
    return problem(pins, 'ssl.ca_sha256 needs a certificate that is checked; verification_mode is none');
  return [];
}

function textsOf(settings: Settings, name: string): Record<string, string> | undefined {
  if (!settings.has(name)) return undefined;
  const texts = Object.entries(settings.map(name)).map(([key, text]) => [key, String(text)]);
  return Object.fromEntries(texts);
}

function readTls(settings: Settings): ElasticsearchOptions['ssl'] {
  const protocols = settings.list('ssl.supported_protocols');
  return {
    certificateAuthorities: settings.list('ssl.certificate_authorities'),
    caTrustedFingerprint: settings.text('ssl.ca_trusted_fingerprint'),
    verificationMode: settings.choice('ssl.verification_mode', verificationModes),
    authorityPins: [...settings.list('ssl.ca_sha256'), ...settings.list('ca_sha256')],
    protocols: protocolVersions.filter((version) => protocols.includes(version)),
    certificate: settings.text('ssl.certificate'),
    key: readWrittenSecret(settings, 'ssl.key'),
    keyPassphrase: readWrittenSecret(settings, 'ssl.key_passphrase'),
  };
}
