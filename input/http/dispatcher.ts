// Creates undici dispatchers from settings: proxy, certificate authorities, how strictly a certificate is checked, and
// time-outs. Requests to Microsoft and to Elasticsearch all go through one.

import { readFileSync } from 'node:fs';
import { createSecureContext, getCACertificates, rootCertificates, type SecureContext } from 'node:tls';
import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici';
import { describeError, OperatorError, protectSecret } from '../contract/errors.ts';
import type { Option, OptionSet } from '../options/option.ts';

export const verificationModes = ['full', 'certificate', 'none'] as const;

export interface TransportOptions {
  /** The proxy for every host except those of NO_PROXY. Without it HTTPS_PROXY and HTTP_PROXY count. */
  readonly proxyUrl?: string | undefined;
  readonly proxyDisable?: boolean | undefined;
  /** The authorities to trust instead of the default ones, as PEM text or paths of PEM files. */
  readonly certificateAuthorities?: readonly string[] | undefined;
  readonly verificationMode?: (typeof verificationModes)[number] | undefined;
  /** The time to connect, to the first byte of an answer, and between two pieces of it. */
  readonly timeoutMs?: number | undefined;
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
  about: 'full checks chain and host name, certificate only the chain, none nothing.',
  shared: true,
  shown: 'advanced',
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
    {
      name: 'proxy_disable',
      type: 'boolean',
      default: false,
      title: 'No proxy',
      about: 'Connects directly, whatever the environment says.',
      shown: 'file',
    },
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
  const tls = tlsOptions(options);
  const timeoutMs = options.timeoutMs ?? 90_000;
  const shared = {
    connect: { ...tls, timeout: timeoutMs },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    keepAliveTimeout: 30_000,
    connections: options.connections ?? 32,
  };
  if (options.proxyDisable) return new Agent(shared);
  return new EnvHttpProxyAgent({
    ...shared,
    ...proxies(options.proxyUrl),
    requestTls: { ...tls, timeout: timeoutMs },
    proxyTls: { ...tls, timeout: timeoutMs },
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

interface TlsOptions {
  readonly secureContext: SecureContext;
  readonly rejectUnauthorized?: boolean;
  readonly checkServerIdentity?: () => undefined;
}

/** Makes the options of `tls.connect` for any host. The context is built once, not for every connection. */
function tlsOptions(options: TransportOptions): TlsOptions {
  const secureContext = trust(options.certificateAuthorities ?? []);
  const mode = options.verificationMode ?? 'full';
  if (mode === 'none') return { secureContext, rejectUnauthorized: false };
  if (mode === 'certificate') return { secureContext, checkServerIdentity: () => undefined };
  return { secureContext };
}

let trustedByDefault: SecureContext | undefined;

/** Makes a context of authorities. Reading those of the system takes a tenth of a second, so all tenants share one. */
function trust(authorities: readonly string[]): SecureContext {
  if (authorities.length > 0) {
    const ca = authorities.map((entry) => (entry.includes('-----BEGIN') ? entry : readAuthority(entry)));
    return createSecureContext({ ca });
  }
  trustedByDefault ??= createSecureContext({
    ca: [...new Set([...rootCertificates, ...getCACertificates('system'), ...getCACertificates('extra')])],
  });
  return trustedByDefault;
}

function readAuthority(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new OperatorError({
      code: 'certificate-authority',
      message: `The certificate authority ${path} cannot be read: ${describeError(cause)}.`,
      advice: 'Correct ssl.certificate_authorities, or let this user read the file.',
      retry: { kind: 'never' },
      cause,
    });
  }
}
