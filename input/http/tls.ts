// How a TLS connection is secured, from settings: whom to trust, how strictly a certificate is checked, and with which
// certificate this side names itself. It knows nothing of HTTP.

import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  checkServerIdentity,
  createSecureContext,
  type DetailedPeerCertificate,
  getCACertificates,
  type PeerCertificate,
  rootCertificates,
  type SecureContext,
} from 'node:tls';
import { describeError, OperatorError } from '../contract/errors.ts';

export const verificationModes = ['full', 'certificate', 'strict', 'none'] as const;
export const protocolVersions = ['TLSv1.2', 'TLSv1.3'] as const;

type ProtocolVersion = (typeof protocolVersions)[number];

export interface TlsSettings {
  /** The authorities to trust instead of the default ones, as PEM text or paths of PEM files. */
  readonly certificateAuthorities?: readonly string[] | undefined;
  readonly verificationMode?: (typeof verificationModes)[number] | undefined;
  /** SHA-256 of public keys in base64: one certificate of the verified chain must have one of them. */
  readonly authorityPins?: readonly string[] | undefined;
  readonly protocols?: readonly ProtocolVersion[] | undefined;
  /** The certificate of this side. */
  readonly client?: ClientCertificate | undefined;
}

/** Each as PEM text, or as the path of a PEM file. */
interface ClientCertificate {
  readonly certificate: string;
  readonly key: string;
  readonly passphrase?: string | undefined;
}

type IdentityCheck = (host: string, certificate: PeerCertificate) => Error | undefined;

/** Options of `tls.connect` for any host. */
export interface TlsConnectOptions {
  readonly secureContext: SecureContext;
  readonly rejectUnauthorized?: boolean;
  readonly checkServerIdentity?: IdentityCheck;
}

/** The context is built once, not for every connection. Throws an OperatorError where a file cannot be used. */
export function tlsConnectOptions(settings: TlsSettings): TlsConnectOptions {
  const secureContext = makeContext(settings);
  const { verificationMode = 'full', authorityPins = [] } = settings;
  if (verificationMode === 'none') return { secureContext, rejectUnauthorized: false };
  const checkHost = hostChecks[verificationMode];
  if (authorityPins.length === 0) return { secureContext, checkServerIdentity: checkHost };
  const checkPins: IdentityCheck = (_host, certificate) => findPin(certificate, authorityPins);
  return {
    secureContext,
    checkServerIdentity: (host, certificate) => checkHost(host, certificate) ?? checkPins(host, certificate),
  };
}

const hostChecks: Record<Exclude<(typeof verificationModes)[number], 'none'>, IdentityCheck> = {
  full: checkServerIdentity,
  strict: (host, certificate) =>
    certificate.subjectaltname ? checkServerIdentity(host, certificate) : nameless(host),
  certificate: () => undefined,
};

function nameless(host: string): Error {
  const message = `the certificate of ${host} names no host in its Subject Alternative Name`;
  return tlsError('ERR_TLS_CERT_ALTNAME_INVALID', message);
}

/** Makes an error as Node does for a certificate that is not accepted. */
function tlsError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

function findPin(leaf: PeerCertificate, pins: readonly string[]): Error | undefined {
  const found = listChain(leaf).some(({ raw }) => pins.includes(hashPublicKey(raw)));
  if (found) return undefined;
  return tlsError('ERR_TLS_CERT_UNPINNED', 'no certificate of its chain is one of ssl.ca_sha256');
}

function hashPublicKey(certificate: Buffer): string {
  const key = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(key).digest('base64');
}

/** Lists a chain from the certificate of the server to the last authority that is known. */
export function listChain(leaf: PeerCertificate): PeerCertificate[] {
  const chain: PeerCertificate[] = [];
  let at: PeerCertificate | undefined = leaf;
  while (at?.raw && !chain.includes(at)) {
    chain.push(at);
    at = isDetailed(at) ? at.issuerCertificate : undefined;
  }
  return chain;
}

function isDetailed(certificate: PeerCertificate): certificate is DetailedPeerCertificate {
  return 'issuerCertificate' in certificate;
}

let trustedByDefault: SecureContext | undefined;

/** Reading the authorities of the system takes a tenth of a second, so all who want nothing else share one context. */
function makeContext({ certificateAuthorities = [], protocols = [], client }: TlsSettings): SecureContext {
  if (certificateAuthorities.length === 0 && protocols.length === 0 && !client) {
    trustedByDefault ??= createSecureContext({ ca: defaultAuthorities() });
    return trustedByDefault;
  }
  const given = certificateAuthorities.map((entry) => readPem(entry, 'ssl.certificate_authorities'));
  const versions = protocolVersions.filter((version) => protocols.includes(version));
  const [oldest] = versions;
  const newest = versions.at(-1);
  return createSecureContext({
    ca: given.length > 0 ? given : defaultAuthorities(),
    ...(oldest && { minVersion: oldest }),
    ...(newest && { maxVersion: newest }),
    ...(client && readClient(client)),
  });
}

const defaultAuthorities = () => [
  ...new Set([...rootCertificates, ...getCACertificates('system'), ...getCACertificates('extra')]),
];

function readClient({ certificate, key, passphrase }: ClientCertificate) {
  const pair = {
    cert: readPem(certificate, 'ssl.certificate'),
    key: readPem(key, 'ssl.key'),
    ...(passphrase !== undefined && { passphrase }),
  };
  try {
    createSecureContext(pair);
    return pair;
  } catch (cause) {
    throw new OperatorError({
      code: 'client-certificate',
      message: `ssl.certificate and ssl.key cannot be used together: ${describeError(cause)}.`,
      advice:
        'Give a certificate in PEM, the key that belongs to it, and ssl.key_passphrase where it has one.',
      retry: { kind: 'never' },
      cause,
    });
  }
}

/** Milliseconds since the epoch; undefined where it cannot be read, of which whoever uses it tells. */
export function endOfCertificate(entry: string, setting: string): number | undefined {
  try {
    return new X509Certificate(readPem(entry, setting)).validToDate.getTime();
  } catch {
    return undefined;
  }
}

function readPem(entry: string, setting: string): string {
  if (entry.includes('-----BEGIN')) return entry;
  try {
    return readFileSync(entry, 'utf8');
  } catch (cause) {
    throw new OperatorError({
      code: setting === 'ssl.certificate_authorities' ? 'certificate-authority' : 'client-certificate',
      message: `The file of ${setting}, ${entry}, cannot be read: ${describeError(cause)}.`,
      advice: `Correct ${setting}, or let this user read the file.`,
      retry: { kind: 'never' },
      cause,
    });
  }
}
