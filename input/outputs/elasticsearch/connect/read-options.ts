// Turns checked settings of a policy into the options of the Elasticsearch output.

import { verificationModes } from '../../../http/dispatcher.ts';
import type { PolicyProblem } from '../../../options/problems.ts';
import { fileSecret, fixedSecret, type Secret } from '../../../options/secret.ts';
import type { Settings } from '../../../options/settings.ts';
import { parseHost } from './connection.ts';
import type { ElasticsearchOptions } from './options.ts';

/** Returns the options; undefined when the settings do not fit together, with the reasons in `problems`. */
export function readElasticsearchOptions(
  settings: Settings,
  problems: PolicyProblem[],
): ElasticsearchOptions | undefined {
  const found = [...checkHosts(settings), ...checkCredentials(settings)];
  problems.push(...found);
  if (found.length > 0) return undefined;
  return {
    hosts: settings.list('hosts'),
    apiKey: readSecret(settings, 'api_key'),
    username: settings.text('username'),
    password: readSecret(settings, 'password'),
    headers: readHeaders(settings.value('headers')),
    ssl: {
      certificateAuthorities: settings.list('ssl.certificate_authorities'),
      caTrustedFingerprint: settings.text('ssl.ca_trusted_fingerprint'),
      verificationMode: settings.choice('ssl.verification_mode', verificationModes),
    },
    proxyUrl: settings.text('proxy_url'),
    proxyDisable: settings.flag('proxy_disable'),
    compressionLevel: settings.number('compression_level'),
    bulkMaxBytes: settings.bytes('bulk_max_bytes'),
    flushIntervalMs: settings.durationMs('flush_interval'),
    workers: settings.number('worker'),
    timeoutMs: settings.durationMs('timeout'),
    backoffFirstMs: settings.durationMs('backoff.init'),
    backoffMostMs: settings.durationMs('backoff.max'),
  };
}

function checkHosts(settings: Settings): PolicyProblem[] {
  return settings
    .list('hosts')
    .filter((host) => parseHost(host) === undefined)
    .map((host) => ({
      place: settings.placeOf('hosts'),
      message: `"${host}" is not the URL of an Elasticsearch; write it as https://elasticsearch.example:9200`,
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
  const [key] = keys;
  const [password] = passwords;
  if (keys.length > 1)
    return [problem('api_key_file', 'api_key and api_key_file are both set; keep one of them')];
  if (passwords.length > 1)
    return [problem('password_file', 'password and password_file are both set; keep one of them')];
  if (key !== undefined && settings.has('username'))
    return [problem('username', `username and ${key} are both set; keep one of them`)];
  if (settings.has('username') !== (password !== undefined))
    return [problem(password ?? 'username', 'username and password belong together')];
  return [];
}

function readSecret(settings: Settings, name: string): Secret | undefined {
  const value = settings.text(name);
  if (value !== undefined) return fixedSecret(value);
  const file = settings.text(`${name}_file`);
  return file === undefined ? undefined : fileSecret(file, `${name}_file`);
}

function readHeaders(value: unknown): Record<string, string> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)]));
}
