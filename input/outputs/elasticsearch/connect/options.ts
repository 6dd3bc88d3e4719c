// The shape that the settings of an Elasticsearch output have once read. They are declared in settings.ts.

import type { TlsSettings } from '../../../http/tls.ts';

/** The options of the output: durations in milliseconds, sizes in bytes, secrets as functions, so that a replaced file takes effect by itself. */
export interface ElasticsearchOptions {
  /** One or more addresses as written; the scheme defaults to http and the port to 9200, as in Elastic Agent. */
  readonly hosts: readonly string[];
  /** The scheme and the path of addresses that name none. */
  readonly protocol?: string | undefined;
  readonly path?: string | undefined;
  /** False keeps to one host until it fails. */
  readonly loadBalance?: boolean | undefined;
  /** The API key as `id:key`, or the same in base64. */
  readonly apiKey?: (() => Promise<string>) | undefined;
  /** The API key of those who look at documents; see `forReading`. */
  readonly readApiKey?: (() => Promise<string>) | undefined;
  readonly username?: string | undefined;
  readonly password?: (() => Promise<string>) | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Parameters in the URL of bulk requests. */
  readonly parameters?: Readonly<Record<string, string>> | undefined;
  readonly ssl?: SslOptions | undefined;
  readonly proxyUrl?: string | undefined;
  readonly proxyDisable?: boolean | undefined;
  readonly proxyHeaders?: Readonly<Record<string, string>> | undefined;
  /** The gzip level, 0 (off) to 9. */
  readonly compressionLevel?: number | undefined;
  readonly bulkMaxBytes?: number | undefined;
  /** The longest time that a document waits for others to share its request. */
  readonly flushIntervalMs?: number | undefined;
  /** The number of bulk requests on their way at once. */
  readonly workers?: number | undefined;
  readonly timeoutMs?: number | undefined;
  /** How long a connection without a request is kept. */
  readonly idleMs?: number | undefined;
  readonly backoffFirstMs?: number | undefined;
  readonly backoffMostMs?: number | undefined;
}

interface SslOptions extends Omit<TlsSettings, 'client'> {
  /** The SHA-256 of an authority that the server sends along, in hex. */
  readonly caTrustedFingerprint?: string | undefined;
  /** The certificate of this side and its key, each as PEM text or the path of a PEM file. */
  readonly certificate?: string | undefined;
  readonly key?: (() => Promise<string>) | undefined;
  readonly keyPassphrase?: (() => Promise<string>) | undefined;
}

export const defaults = {
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

/** Returns the options with which documents are looked at: with the key for that, where there is one. */
export function forReading(options: ElasticsearchOptions): ElasticsearchOptions {
  const { readApiKey } = options;
  return readApiKey ? { ...options, apiKey: readApiKey, username: undefined, password: undefined } : options;
}
