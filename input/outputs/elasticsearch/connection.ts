// A client for one cluster, made from the settings. It never retries: an unknown outcome must be seen, not repeated.

import { Client } from '@elastic/elasticsearch';
import { OperatorError, protectSecret } from '../../errors.ts';
import { createDispatcher } from '../../http/dispatcher.ts';
import { connectionOver, RequestContext } from './dispatcher-connection.ts';
import { explainFailure, explainStatus, Failure } from './failure.ts';
import { parseHost } from './hosts.ts';
import { complete, type ElasticsearchOptions } from './options.ts';
import { findTrustedAuthority } from './trusted-authority.ts';

export interface Request {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  /** Encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  /** Sent as JSON. */
  readonly body?: object;
  /** Lines that are JSON already. */
  readonly lines?: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  /** For the trace. */
  readonly name: string;
  readonly index?: string;
}

export interface Answer {
  readonly status: number;
  /** Parsed, where it was JSON. */
  readonly body: unknown;
}

export interface Connection {
  /** The hosts, for messages; without credentials. */
  readonly address: string;
  /** Resolves for 2xx and for the statuses in `accept`; rejects with a Failure, or with the signal's reason. */
  send(request: Request, signal: AbortSignal, accept?: readonly number[]): Promise<Answer>;
  close(): Promise<void>;
}

/** Connects to nothing yet, except where the trusted authority has to be asked for. */
export async function connect(options: ElasticsearchOptions): Promise<Connection> {
  const hosts = parseHosts(options.hosts);
  const { timeoutMs, workers } = complete(options);
  const dispatcher = createDispatcher({
    proxyUrl: options.proxyUrl,
    proxyDisable: options.proxyDisable,
    certificateAuthorities: await chooseAuthorities(options, hosts),
    verificationMode: options.ssl?.verificationMode,
    timeoutMs,
    connections: workers + 4,
  });
  const client = new Client({
    nodes: hosts.map((url) => ({ url: withoutCredentials(url) })),
    Connection: connectionOver(dispatcher),
    maxRetries: 0,
    compression: false,
    headers: { ...options.headers },
  });
  const authorization = authorize(options, hosts);
  return {
    address: hosts.map((url) => url.host).join(', '),
    send: (request, signal, accept = []) =>
      overHosts(hosts.length, async () => send(client, request, await authorization(), signal, accept)),
    close: async () => {
      await client.close();
      await dispatcher.destroy();
    },
  };
}

/** The client takes the hosts in turn: where one was not reached, the next may be. */
async function overHosts(hosts: number, attempt: () => Promise<Answer>): Promise<Answer> {
  for (let left = hosts - 1; ; left -= 1) {
    try {
      return await attempt();
    } catch (error) {
      const unsent = error instanceof Failure && error.status === 0 && !error.uncertain;
      if (left === 0 || !unsent) throw error;
    }
  }
}

async function send(
  client: Client,
  request: Request,
  authorization: string | undefined,
  signal: AbortSignal,
  accept: readonly number[],
): Promise<Answer> {
  const context = new RequestContext();
  try {
    const { statusCode, body, headers } = await client.transport.request(
      {
        method: request.method,
        path: request.path,
        ...(request.query && { querystring: { ...request.query } }),
        ...(request.body && { body: { ...request.body } }),
        ...(request.lines && { bulkBody: request.lines }),
        meta: { name: request.name, ...(request.index && { pathParts: { index: request.index } }) },
      },
      {
        meta: true,
        signal,
        context: { request: context },
        // Every status is ours to judge, and comes with its body.
        ignore: allErrors,
        headers: { ...request.headers, ...(authorization !== undefined && { authorization }) },
      },
    );
    const status = statusCode ?? 0;
    if ((status >= 200 && status < 300) || accept.includes(status)) return { status, body };
    throw explainStatus(context.host, status, body, headers?.['retry-after']);
  } catch (error) {
    if (error instanceof Failure) throw error;
    signal.throwIfAborted();
    throw explainFailure(context, error);
  }
}

const allErrors = Array.from({ length: 300 }, (_, index) => 300 + index);

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

function withoutCredentials(url: URL): URL {
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  return bare;
}

/** Read again for every request, so that a renewed key is taken up. */
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

async function chooseAuthorities(
  { ssl, proxyUrl }: ElasticsearchOptions,
  hosts: readonly URL[],
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
  return [...given, await findTrustedAuthority(encrypted, fingerprint)];
}
