// Reads the credential of an application for Entra ID: a secret, or an assertion signed with its certificate. Both are read
// again for every token, so that a changed file takes effect without a restart.

import { createHash, createPrivateKey, type KeyObject, randomUUID, X509Certificate } from 'node:crypto';
import { SignJWT } from 'jose';
import { type ClientAuth, ClientSecretPost } from 'oauth4webapi';
import { OperatorError, protectSecret, protectWhileValid } from '../contract/errors.ts';

interface Certificate {
  /** The certificate and its private key as PEM. */
  readonly pem: string;
  readonly passphrase: string | undefined;
}

export interface CredentialSources {
  readonly clientSecret: (() => Promise<string>) | undefined;
  readonly certificate: (() => Promise<Certificate>) | undefined;
}

/** The authentication of one token request, and the end of its validity where that is known. */
export interface Credential {
  readonly clientAuth: ClientAuth;
  /** The end of the certificate, milliseconds since the epoch; a secret does not say. */
  readonly expiresAt: number | undefined;
}

const assertionSeconds = 600;

export async function readCredential(sources: CredentialSources, now: () => number): Promise<Credential> {
  if (sources.certificate !== undefined) return certificateCredential(await sources.certificate(), now);
  if (sources.clientSecret !== undefined) return secretCredential(await sources.clientSecret());
  throw new OperatorError({
    code: 'no-credential',
    message: 'There is neither a client secret nor a certificate.',
    advice: 'Set client_secret, client_secret_file, certificate or certificate_file.',
    retry: { kind: 'never' },
  });
}

function secretCredential(secret: string): Credential {
  const value = secret.trim();
  refuseReference('client secret', value);
  if (value === '') {
    throw new OperatorError({
      code: 'empty-secret',
      message: 'The client secret is empty.',
      advice: "Set it to the secret's Value from Certificates & secrets in the app registration.",
      retry: { kind: 'later' },
    });
  }
  protectSecret(value);
  protectSecret(encodeURIComponent(value));
  return { clientAuth: ClientSecretPost(value), expiresAt: undefined };
}

function certificateCredential({ pem, passphrase }: Certificate, now: () => number): Credential {
  refuseReference('certificate', pem.trim());
  if (passphrase !== undefined) protectSecret(passphrase);
  const certificate = readCertificate(pem);
  const key = readKey(pem, passphrase);
  if (!certificate.checkPrivateKey(key)) {
    throw badCertificate('The private key does not belong to the certificate.');
  }
  const thumbprint = createHash('sha256').update(certificate.raw).digest('base64url');
  return {
    clientAuth: async (server, client, body) => {
      body.set('client_id', client.client_id);
      body.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
      const audience = server.token_endpoint ?? '';
      body.set('client_assertion', await sign(key, thumbprint, client.client_id, audience, now()));
    },
    expiresAt: certificate.validToDate.getTime(),
  };
}

/** Refuses a reference to a secret that Fleet keeps: only an agent that Fleet manages gets those resolved. */
function refuseReference(what: string, value: string): void {
  if (!/^\$(co\.elastic\.secret)?\{[^}]*\}$/.test(value)) return;
  throw new OperatorError({
    code: 'secret-reference',
    message: `The ${what} is only a reference to what Fleet keeps (${value}).`,
    advice: `Put the ${what} itself in its place, or the path of a file that holds it into ${what.replace(' ', '_')}_file.`,
    retry: { kind: 'later' },
  });
}

async function sign(key: KeyObject, thumbprint: string, clientId: string, audience: string, now: number) {
  const seconds = Math.floor(now / 1000);
  const assertion = await new SignJWT({})
    .setProtectedHeader({ alg: 'PS256', typ: 'JWT', 'x5t#S256': thumbprint })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(audience)
    .setJti(randomUUID())
    .setIssuedAt(seconds)
    .setNotBefore(seconds)
    .setExpirationTime(seconds + assertionSeconds)
    .sign(key);
  protectWhileValid(assertion, (seconds + assertionSeconds) * 1000, now);
  return assertion;
}

function readCertificate(pem: string): X509Certificate {
  const block = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(pem)?.[0];
  if (block === undefined) throw badCertificate('The PEM holds no certificate.');
  try {
    return new X509Certificate(block);
  } catch (cause) {
    throw badCertificate('The certificate cannot be read.', cause);
  }
}

function readKey(pem: string, passphrase: string | undefined): KeyObject {
  const block = /-----BEGIN ([A-Z ]*)PRIVATE KEY-----[\s\S]+?-----END \1PRIVATE KEY-----/.exec(pem)?.[0];
  if (block === undefined) throw badCertificate('The PEM holds no private key.');
  protectSecret(block);
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: block, ...(passphrase === undefined ? {} : { passphrase }) });
  } catch (cause) {
    throw badCertificate(
      'The private key cannot be read: the passphrase is missing or wrong, or it is damaged.',
      cause,
    );
  }
  if (key.asymmetricKeyType !== 'rsa') throw badCertificate('The private key is not an RSA key.');
  return key;
}

function badCertificate(message: string, cause?: unknown): OperatorError {
  return new OperatorError({
    code: 'certificate',
    message,
    advice:
      'Give one PEM with the certificate and its RSA private key (2048 bits or more), and the passphrase if it has one.',
    retry: { kind: 'later' },
    cause,
  });
}
