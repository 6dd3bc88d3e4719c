// The connection to Kibana: it sends one request, returns JSON, and turns every refusal into an OperatorError with the
// way out.

import { type BodyInit, type Dispatcher, FormData, fetch } from 'undici';
import { parseObject } from '../../../pipelines/json/unknown.ts';
import { OperatorError } from '../../contract/errors.ts';
import { readNetworkFailure } from '../../http/network-failure.ts';
import { explainWrongScheme } from '../../http/wrong-scheme.ts';

export interface KibanaConnection {
  /** The URL without a trailing slash, such as `https://kibana.example:5601/s/soc`. */
  readonly address: string;
  readonly authorization: string | undefined;
  readonly dispatcher: Dispatcher;
}

export interface KibanaResponse {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface KibanaRequest {
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  readonly zip?: Uint8Array;
  readonly json?: object;
  /** Saved objects to import, one a line. */
  readonly ndjson?: string;
  /** Status codes that are no failures, beside 2xx. */
  readonly expected?: readonly number[];
}

export async function askKibana(connection: KibanaConnection, asked: KibanaRequest): Promise<KibanaResponse> {
  const answer = await send(connection, asked);
  if (answer.status < 300 || asked.expected?.includes(answer.status)) return answer;
  throw refusal(connection, asked, answer);
}

async function send(
  { address, authorization, dispatcher }: KibanaConnection,
  asked: KibanaRequest,
): Promise<KibanaResponse> {
  const { method = 'GET', path } = asked;
  const { type, body } = bodyOf(asked);
  try {
    const response = await fetch(`${address}${path}`, {
      method,
      dispatcher,
      redirect: 'manual',
      headers: {
        'kbn-xsrf': 'm365',
        'elastic-api-version': '2023-10-31',
        ...(authorization !== undefined && { authorization }),
        ...(type !== undefined && { 'content-type': type }),
      },
      ...(body !== undefined && { body }),
    });
    if (response.headers.get('x-elastic-product') === 'Elasticsearch') throw isElasticsearch(address);
    // A proxy or a login page answers in HTML.
    return { status: response.status, body: parseObject(await response.text()) ?? {} };
  } catch (cause) {
    if (cause instanceof OperatorError) throw cause;
    const scheme = explainWrongScheme(cause, address);
    throw new OperatorError({
      code: 'kibana-unreachable',
      message: `Kibana at ${address} could not be reached: ${(scheme ?? readNetworkFailure(cause)).what}.`,
      advice: scheme?.advice ?? 'Check --kibana, the proxy and, for https, --ca.',
      retry: { kind: 'later' },
      cause,
    });
  }
}

function isElasticsearch(address: string): OperatorError {
  return new OperatorError({
    code: 'kibana-is-elasticsearch',
    message: `${address} is an Elasticsearch, not a Kibana.`,
    advice:
      'Give the address of Kibana (its port is 5601 where nobody chose another). Without a Kibana, `m365 setup` prepares Elasticsearch.',
    retry: { kind: 'never' },
  });
}

/** The type of a form is left to fetch, which chooses its boundary. */
function bodyOf({ zip, json, ndjson }: KibanaRequest): { readonly type?: string; readonly body?: BodyInit } {
  if (zip) return { type: 'application/zip', body: zip };
  if (json) return { type: 'application/json', body: JSON.stringify(json) };
  if (ndjson === undefined) return {};
  const form = new FormData();
  form.append('file', new Blob([ndjson], { type: 'application/ndjson' }), 'm365.ndjson');
  return { body: form };
}

const privilege =
  'Create the key with the Kibana privileges Fleet: All and Integrations: All in every space (Stack Management → Roles).';

const advice: Readonly<Record<number, string>> = {
  302: 'Give the address of Kibana itself, with its base path, and an API key.',
  401: 'Set KIBANA_API_KEY to a key that is valid for this Kibana, or give --username and KIBANA_PASSWORD.',
  403: privilege,
  404: 'Check that --kibana is the address of Kibana, with its base path, and not that of Elasticsearch.',
  413: 'Something between here and Kibana limits the size of requests; allow 10 MB, or run this beside Kibana.',
  429: 'Kibana takes one upload in ten seconds; run this again after that.',
  502: 'Kibana is not there, or not yet; try again in a minute.',
  503: 'Kibana is not ready; try again in a minute.',
};

function refusal(
  { address }: KibanaConnection,
  { path, zip }: KibanaRequest,
  { status, body }: KibanaResponse,
): OperatorError {
  const detail = typeof body.message === 'string' ? `: ${body.message}` : '';
  const what = zip ? 'refused the package' : `did not answer ${path}`;
  return new OperatorError({
    code: `kibana-${status}`,
    message: `Kibana at ${address} ${what} (${status})${detail}`.replace(/\.?$/, '.'),
    advice:
      (zip && adviceForUpload(String(body.message ?? ''))) ??
      advice[status] ??
      'Look into the log of Kibana.',
    retry: status === 429 || status >= 500 ? { kind: 'later' } : { kind: 'never' },
  });
}

/** Reasons for which Kibana turns an upload down, recognised by words of its message. */
function adviceForUpload(message: string): string | undefined {
  if (/could not verify/i.test(message))
    return 'Kibana cannot reach its registry, and takes no upload without asking it. Give it access, or, where there is none on purpose, set xpack.fleet.internal.allowRegistryPackageUploads: true in kibana.yml; xpack.fleet.internal.skipUploadPackageValidation: true skips all other checks of uploads as well.';
  if (/already owned by/i.test(message))
    return 'Another package that is installed owns its data streams. Remove that one first; or where it is to stay, run `m365 install --collector`, which collects for it.';
  if (/registry/i.test(message))
    return 'A package of this name is in its registry. Serve the package from a registry of your own (xpack.fleet.registryUrl), or run `m365 setup`, then `m365 install --dashboards-only`.';
  if (/data ?stream|dataset|index template/i.test(message))
    return 'Its data streams belong to another package, or are live already. Remove that package first; for live data streams run `m365 setup` instead, then `m365 install --dashboards-only`.';
  if (/version|Kibana/i.test(message)) return 'The package needs Kibana 8.18 or later, or 9.';
  return undefined;
}
