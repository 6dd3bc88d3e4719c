// The settings of an Elasticsearch output, named as Elastic Agent names them, and the shape they have once read.

import { type TransportOptions, verificationModeOption } from '../../../http/dispatcher.ts';
import type { Option, OptionSet } from '../../../options/option.ts';

/** The options of the output: durations in milliseconds, sizes in bytes, secrets as functions, so that a replaced file takes effect by itself. */
export interface ElasticsearchOptions {
  /** One or more addresses as written; the scheme defaults to http and the port to 9200, as in Elastic Agent. */
  readonly hosts: readonly string[];
  /** The API key as `id:key`, or the same in base64. */
  readonly apiKey?: (() => Promise<string>) | undefined;
  readonly username?: string | undefined;
  readonly password?: (() => Promise<string>) | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly ssl?: SslOptions | undefined;
  readonly proxyUrl?: string | undefined;
  readonly proxyDisable?: boolean | undefined;
  /** The gzip level, 0 (off) to 9. */
  readonly compressionLevel?: number | undefined;
  readonly bulkMaxBytes?: number | undefined;
  /** The longest time that a document waits for others to share its request. */
  readonly flushIntervalMs?: number | undefined;
  /** The number of bulk requests on their way at once. */
  readonly workers?: number | undefined;
  readonly timeoutMs?: number | undefined;
  readonly backoffFirstMs?: number | undefined;
  readonly backoffMostMs?: number | undefined;
}

interface SslOptions {
  /** The authorities to trust, as PEM text or paths of PEM files. */
  readonly certificateAuthorities?: readonly string[] | undefined;
  /** The SHA-256 of an authority that the server sends along, in hex. */
  readonly caTrustedFingerprint?: string | undefined;
  readonly verificationMode?: TransportOptions['verificationMode'];
}

const defaults = {
  compressionLevel: 1,
  bulkMaxBytes: 5 * 1024 * 1024,
  flushIntervalMs: 1000,
  workers: 2,
  timeoutMs: 90_000,
  backoffFirstMs: 1000,
  backoffMostMs: 60_000,
} as const;

export type CompleteOptions = ElasticsearchOptions & { readonly [Name in keyof typeof defaults]: number };

export function completeOptions(options: ElasticsearchOptions): CompleteOptions {
  return {
    ...options,
    compressionLevel: options.compressionLevel ?? defaults.compressionLevel,
    bulkMaxBytes: options.bulkMaxBytes ?? defaults.bulkMaxBytes,
    flushIntervalMs: options.flushIntervalMs ?? defaults.flushIntervalMs,
    workers: options.workers ?? defaults.workers,
    timeoutMs: options.timeoutMs ?? defaults.timeoutMs,
    backoffFirstMs: options.backoffFirstMs ?? defaults.backoffFirstMs,
    backoffMostMs: options.backoffMostMs ?? defaults.backoffMostMs,
  };
}

const addressOptions: readonly Option[] = [
  {
    name: 'hosts',
    type: 'list',
    required: true,
    title: 'Hosts',
    about: 'URLs of the cluster; without a port, 9200 is meant.',
    example: 'https://elasticsearch.example:9200',
    shown: 'main',
  },
  {
    name: 'headers',
    type: 'object',
    title: 'Headers',
    about: 'HTTP headers added to every request.',
    shown: 'file',
  },
  {
    name: 'proxy_url',
    type: 'url',
    title: 'Proxy URL',
    about: 'Replaces HTTPS_PROXY and HTTP_PROXY of the environment; NO_PROXY still counts.',
    shown: 'advanced',
  },
  {
    name: 'proxy_disable',
    type: 'boolean',
    default: false,
    title: 'No proxy',
    about: 'Connects directly, whatever the environment says.',
    shown: 'file',
  },
];

const credentialOptions: readonly Option[] = [
  {
    name: 'api_key',
    type: 'secret',
    title: 'API key',
    about: 'id:key, or the same in base64; `m365 check` prints the smallest key that does.',
    shown: 'main',
  },
  {
    name: 'api_key_file',
    type: 'text',
    title: 'API key file',
    about: 'A file that holds the API key; read again when it changes.',
    shown: 'file',
  },
  {
    name: 'username',
    type: 'text',
    title: 'User name',
    about: 'Basic authentication, where no API key is used.',
    shown: 'main',
  },
  { name: 'password', type: 'secret', title: 'Password', about: 'The password of the user.', shown: 'main' },
  {
    name: 'password_file',
    type: 'text',
    title: 'Password file',
    about: 'A file that holds the password; read again when it changes.',
    shown: 'file',
  },
];

const tlsOptions: readonly Option[] = [
  {
    name: 'ssl.certificate_authorities',
    type: 'list',
    title: 'Certificate authorities',
    about: 'PEM files, or PEM text, of the authorities to trust instead of those of the system.',
    shown: 'advanced',
  },
  {
    name: 'ssl.ca_trusted_fingerprint',
    type: 'text',
    title: 'Trusted authority fingerprint',
    about: 'SHA-256 of the authority to trust, in hex, as Elasticsearch prints it when it first starts.',
    shown: 'advanced',
  },
  verificationModeOption,
];

const throughputOptions: readonly Option[] = [
  {
    name: 'compression_level',
    type: 'integer',
    default: defaults.compressionLevel,
    minimum: 0,
    maximum: 9,
    title: 'Compression level',
    about: 'gzip level of requests; 0 sends them as they are, which saves CPU on a fast network.',
    shown: 'advanced',
  },
  {
    name: 'bulk_max_bytes',
    type: 'bytes',
    default: '5MiB',
    minimum: '64KiB',
    maximum: '50MiB',
    boundsReason: 'Elasticsearch takes at most 100 MiB a request, and each one is held in memory',
    title: 'Largest bulk request',
    about: 'A bulk request is sent when it has this size.',
    shown: 'advanced',
  },
  {
    name: 'flush_interval',
    type: 'duration',
    default: '1s',
    minimum: '10ms',
    maximum: '1m',
    title: 'Flush interval',
    about:
      'A bulk request is sent after this time, whatever its size; a tenth of it without a new document does too.',
    shown: 'advanced',
  },
  {
    name: 'worker',
    type: 'integer',
    default: defaults.workers,
    minimum: 1,
    maximum: 16,
    title: 'Workers',
    about:
      'Bulk requests on their way at once; one more where new records come while old ones are caught up.',
    shown: 'advanced',
  },
  {
    name: 'timeout',
    type: 'duration',
    default: '90s',
    minimum: '1s',
    maximum: '10m',
    title: 'Time-out',
    about: 'How long to wait for a connection and for an answer.',
    shown: 'advanced',
  },
  {
    name: 'backoff.init',
    type: 'duration',
    default: '1s',
    minimum: '10ms',
    maximum: '10m',
    title: 'First back-off',
    about: 'The wait after the first failure; it doubles with each further one.',
    shown: 'file',
  },
  {
    name: 'backoff.max',
    type: 'duration',
    default: '60s',
    minimum: '10ms',
    maximum: '1h',
    title: 'Longest back-off',
    about: 'The wait never grows past this.',
    shown: 'file',
  },
];

export const elasticsearchOptions: OptionSet = {
  part: 'outputs',
  options: [...addressOptions, ...credentialOptions, ...tlsOptions, ...throughputOptions],
};
