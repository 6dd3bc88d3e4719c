// A connection to one cluster, made from its settings: hosts, authorities, credentials. It sends through client.ts.

import { type Clock, systemClock } from '../../../contract/clock.ts';
import { OperatorError, protectSecret } from '../../../contract/errors.ts';
import { createDispatcher } from '../../../http/dispatcher.ts';
import type { TlsSettings } from '../../../http/tls.ts';
import { ElasticsearchError } from '../errors/elasticsearch-error.ts';
import type { ElasticsearchRequest, ElasticsearchResponse } from './client.ts';
import { describeNoHost, parseHost } from './hosts.ts';
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
export async function connect(
  options: ElasticsearchOptions,
  signal?: AbortSignal,
  clock: Clock = systemClock,
): Promise<Connection> {
  const hosts = parseHosts(options);
  const { timeoutMs, workers } = completeOptions(options);
  const dispatcher = createDispatcher({
    ...(await tlsSettingsOf(options, hosts, signal)),
    proxyUrl: options.proxyUrl,
    proxyDisable: options.proxyDisable,
    proxyHeaders: options.proxyHeaders,
    timeoutMs,
    idleMs: options.idleMs,
    connections: workers + 4,
  });
  // The client is large and slow to load: a run that delivers elsewhere does without it.
  const [{ makeClient }, { hostPool }] = await Promise.all([import('./client.ts'), import('./host-pool.ts')]);
  const pool = hostPool({ clock, inTurn: options.loadBalance ?? true });
  const client = makeClient({ hosts, dispatcher, pool, headers: options.headers ?? {} });
  const authorization = authorize(options, hosts);
  return {
    address: hosts.map((url) => url.host).join(', '),
    send: (request, signal, accept = []) =>
      overHosts(hosts.length, async () =>
        client.send(withParameters(request, options.parameters), await authorization(), signal, accept),
      ),
    close: async () => {
      await client.close();
      await dispatcher.destroy();
    },
  };
}

/** Adds what a policy wants in the URL of every bulk request. */
function withParameters(
  request: ElasticsearchRequest,
  parameters: ElasticsearchOptions['parameters'],
): ElasticsearchRequest {
  return request.name === 'bulk' && parameters
    ? { ...request, query: { ...parameters, ...request.query } }
    : request;
}

/** Sends to one host after the other until one is reached: one that failed is not the next. */
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

function parseHosts({ hosts: entries, protocol, path }: ElasticsearchOptions): readonly URL[] {
  const hosts = entries.map((entry, index) => {
    const url = parseHost(entry, { protocol, path });
    if (url) return url;
    throw settingError(`${describeNoHost(entry, index)}.`, 'Write it as https://elasticsearch.example:9200.');
  });
  if (hosts.length > 0) return hosts;
  throw settingError('The output names no hosts.', 'Set hosts to the URLs of the cluster.');
}

function settingError(message: string, advice: string): OperatorError {
  return new OperatorError({ code: 'elasticsearch-hosts', message, advice, retry: { kind: 'never' } });
}

async function tlsSettingsOf(
  options: ElasticsearchOptions,
  hosts: readonly URL[],
  signal: AbortSignal | undefined,
): Promise<TlsSettings> {
  const { verificationMode, authorityPins, protocols, certificate, key, keyPassphrase } = options.ssl ?? {};
  const client = certificate !== undefined &&
    key !== undefined && { certificate, key: await key(), passphrase: await keyPassphrase?.() };
  return {
    certificateAuthorities: await chooseAuthorities(options, hosts, signal),
    verificationMode,
    authorityPins,
    protocols,
    ...(client && { client }),
  };
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
