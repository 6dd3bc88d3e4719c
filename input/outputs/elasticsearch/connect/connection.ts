// A connection to one cluster, made from its settings: hosts, authorities, credentials. It sends through client.ts.

import { OperatorError, protectSecret } from '../../../contract/errors.ts';
import { createDispatcher } from '../../../http/dispatcher.ts';
import { ElasticsearchError } from '../errors/elasticsearch-error.ts';
import type { ElasticsearchRequest, ElasticsearchResponse } from './client.ts';
import { completeOptions, type ElasticsearchOptions } from './options.ts';
import { findTrustedAuthority } from './trusted-authority.ts';

export interface Connection {
  /** The hosts, for messages; without credentials. */
  readonly address: string;
  /** Resolves for 2xx and for the statuses in `accept`; rejects with a Failure, or with the signal's reason. */
  send(
    request: ElasticsearchRequest,
    signal: AbortSignal,
    accept?: readonly number[],
  ): Promise<ElasticsearchResponse>;
  close(): Promise<void>;
}

/** Makes a connection. No host is asked yet, except for its authority where that is trusted by fingerprint. */
export async function connect(options: ElasticsearchOptions, signal?: AbortSignal): Promise<Connection> {
  const hosts = parseHosts(options.hosts);
  const { timeoutMs, workers } = completeOptions(options);
  const dispatcher = createDispatcher({
    proxyUrl: options.proxyUrl,
    proxyDisable: options.proxyDisable,
    certificateAuthorities: await chooseAuthorities(options, hosts, signal),
    verificationMode: options.ssl?.verificationMode,
    timeoutMs,
    connections: workers + 4,
  });
  // The client is large and slow to load: a run that delivers elsewhere does without it.
  const { makeClient } = await import('./client.ts');
  const client = makeClient(hosts, dispatcher, options.headers ?? {});
  const authorization = authorize(options, hosts);
  return {
    address: hosts.map((url) => url.host).join(', '),
    send: (request, signal, accept = []) =>
      overHosts(hosts.length, async () => client.send(request, await authorization(), signal, accept)),
    close: async () => {
      await client.close();
      await dispatcher.destroy();
    },
  };
}

/** Sends to one host after the other until one is reached: the client takes the hosts in turn. */
async function overHosts(
  hosts: number,
  attempt: () => Promise<ElasticsearchResponse>,
): Promise<ElasticsearchResponse> {
  for (let left = hosts - 1; ; left -= 1) {
    try {
      return await attempt();
    } catch (error) {
      const unsent = error instanceof ElasticsearchError && error.status === 0 && !error.uncertain;
      if (left === 0 || !unsent) throw error;
    }
  }
}

function parseHosts(entries: readonly string[]): readonly URL[] {
  const hosts = entries.map((entry) => {
    const url = parseHost(entry);
    if (url) return url;
    throw settingError(
      `"${entry}" in hosts is not the URL of an Elasticsearch.`,
      'Write it as https://elasticsearch.example:9200.',
    );
  });
  if (hosts.length > 0) return hosts;
  throw settingError('The output names no hosts.', 'Set hosts to the URLs of the cluster.');
}

function settingError(message: string, advice: string): OperatorError {
  return new OperatorError({ code: 'elasticsearch-hosts', message, advice, retry: { kind: 'never' } });
}

async function chooseAuthorities(
  { ssl, proxyUrl }: ElasticsearchOptions,
  hosts: readonly URL[],
  signal: AbortSignal | undefined,
): Promise<readonly string[] | undefined> {
  const given = ssl?.certificateAuthorities ?? [];
  const fingerprint = ssl?.caTrustedFingerprint;
  const encrypted = hosts.filter((url) => url.protocol === 'https:');
  if (fingerprint === undefined || ssl?.verificationMode === 'none' || encrypted.length === 0) return given;
  if (proxyUrl !== undefined)
    throw settingError(
      'ssl.ca_trusted_fingerprint does not work through proxy_url.',
      'Name the authority in ssl.certificate_authorities instead.',
    );
  return [...given, await findTrustedAuthority(encrypted, fingerprint, signal)];
}

/** Parses a host by the rules of Elastic Agent: http and port 9200 where none is given; undefined when it is no address. */
export function parseHost(entry: string): URL | undefined {
  const text = /^[a-z]+:\/\//i.test(entry) ? entry : `http://${entry}`;
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  // A URL forgets a port that is its scheme's own, so the text has to tell whether one was written.
  if (url.port === '' && !hasPort(text)) url.port = '9200';
  return url;
}

function hasPort(text: string): boolean {
  const authority = text.replace(/^[a-z]+:\/\//i, '').split(/[/?#]/, 1)[0] ?? '';
  return /:\d+$/.test(authority);
}

/** Returns the Authorization header, read again for every request, so that a renewed key is used. */
function authorize(
  { apiKey, username, password }: ElasticsearchOptions,
  hosts: readonly URL[],
): () => Promise<string | undefined> {
  if (apiKey) return async () => `ApiKey ${encodeApiKey(await apiKey())}`;
  if (username !== undefined && password)
    return async () => `Basic ${encodeBasic(username, await password())}`;
  const inUrl = hosts.find((url) => url.username !== '');
  if (!inUrl) return async () => undefined;
  const header = `Basic ${encodeBasic(decodeURIComponent(inUrl.username), decodeURIComponent(inUrl.password))}`;
  return async () => header;
}

/** Kibana shows a key as `id:key` for Elastic Agent and in base64 for everything else; a colon tells them apart. */
function encodeApiKey(key: string): string {
  const encoded = key.includes(':') ? Buffer.from(key).toString('base64') : key;
  protectSecret(encoded);
  return encoded;
}

function encodeBasic(username: string, password: string): string {
  const encoded = Buffer.from(`${username}:${password}`).toString('base64');
  protectSecret(password);
  protectSecret(encoded);
  return encoded;
}
