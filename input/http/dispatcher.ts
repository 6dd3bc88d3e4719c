// Creates undici dispatchers from settings: proxy, TLS and time-outs. Requests to Microsoft and to Elasticsearch all go
// through one.

import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici';
import { OperatorError, protectSecret } from '../contract/errors.ts';
import type { Option, OptionSet } from '../options/option.ts';
import { type TlsSettings, tlsConnectOptions, verificationModes } from './tls.ts';

export interface TransportOptions extends TlsSettings {
  /** The proxy for every host except those of NO_PROXY. Without it HTTPS_PROXY and HTTP_PROXY count. */
  readonly proxyUrl?: string | undefined;
  readonly proxyDisable?: boolean | undefined;
  /** Headers for the proxy alone, with the request for a tunnel. */
  readonly proxyHeaders?: Readonly<Record<string, string>> | undefined;
  /** The time to connect, to the first byte of an answer, and between two pieces of it. */
  readonly timeoutMs?: number | undefined;
  /** How long a connection without a request is kept. */
  readonly idleMs?: number | undefined;
  /** The most connections to one host. */
  readonly connections?: number | undefined;
}

/** How strictly a certificate is checked: the same setting wherever a connection has settings of its own. */
export const verificationModeOption: Option = {
  name: 'ssl.verification_mode',
  type: 'choice',
  choices: verificationModes,
  default: 'full',
  title: 'Certificate check',
  about:
    'full checks chain and host name, certificate only the chain, strict what full does and that the name stands in the Subject Alternative Name, none nothing.',
  shared: true,
  shown: 'advanced',
};

export const proxyDisableOption: Option = {
  name: 'proxy_disable',
  type: 'boolean',
  default: false,
  title: 'No proxy',
  about: 'Connects directly, whatever the environment says.',
  shown: 'file',
};

export const transportOptions: OptionSet = {
  part: 'transport',
  options: [
    {
      name: 'proxy_url',
      type: 'url',
      title: 'Proxy URL',
      about: 'Replaces HTTPS_PROXY and HTTP_PROXY of the environment; NO_PROXY still counts.',
      example: 'http://proxy.example:3128',
      shared: true,
      shown: 'advanced',
    },
    proxyDisableOption,
    {
      name: 'ssl.certificate_authorities',
      type: 'list',
      title: 'Certificate authorities',
      about: 'PEM files, or PEM text, of the authorities to trust instead of those of the system.',
      multiline: true,
      shared: true,
      shown: 'advanced',
    },
    verificationModeOption,
    {
      name: 'timeout',
      type: 'duration',
      default: '90s',
      minimum: '1s',
      maximum: '10m',
      title: 'Time-out',
      about: 'How long to wait for a connection, for an answer to begin, and for its next bytes.',
      shown: 'advanced',
    },
  ],
};

/** The hosts that are never reached through a proxy of the environment, as in Go programs. */
const loopback = 'localhost,127.0.0.1,[::1]';

export function createDispatcher(options: TransportOptions = {}): Dispatcher {
  const tls = tlsConnectOptions(options);
  const timeoutMs = options.timeoutMs ?? 90_000;
  const shared = {
    connect: { ...tls, timeout: timeoutMs },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    keepAliveTimeout: options.idleMs ?? 30_000,
    connections: options.connections ?? 32,
  };
  if (options.proxyDisable) return new Agent(shared);
  const { certificateAuthorities, verificationMode } = options;
  return new EnvHttpProxyAgent({
    ...shared,
    ...proxies(options.proxyUrl),
    ...(options.proxyHeaders && { headers: { ...options.proxyHeaders } }),
    requestTls: { ...tls, timeout: timeoutMs },
    // A pin or a certificate of ours is for the server, not for the proxy in front of it.
    proxyTls: { ...tlsConnectOptions({ certificateAuthorities, verificationMode }), timeout: timeoutMs },
  });
}

function proxies(proxyUrl: string | undefined) {
  const noProxy = process.env.no_proxy ?? process.env.NO_PROXY ?? '';
  if (proxyUrl !== undefined) {
    checkProxy('proxy_url', proxyUrl);
    return { httpProxy: proxyUrl, httpsProxy: proxyUrl, noProxy };
  }
  for (const name of ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY']) {
    const value = process.env[name];
    if (value !== undefined && value !== '') checkProxy(name, value);
  }
  return { noProxy: noProxy === '*' ? '*' : `${noProxy},${loopback}` };
}

function checkProxy(name: string, value: string): void {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') {
    protectSecret(decodeURIComponent(url.password));
    protectSecret(url.password);
    return;
  }
  throw new OperatorError({
    code: 'proxy-url',
    message: `${name} is not the URL of an HTTP proxy.`,
    advice: 'Write it as http://proxy.example:3128.',
    retry: { kind: 'never' },
  });
}
