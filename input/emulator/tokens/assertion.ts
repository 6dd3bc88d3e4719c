// Checks the signed assertion by which an application proves that it holds its certificate.

import { createHash, X509Certificate } from 'node:crypto';
import { decodeProtectedHeader, errors, importX509, jwtVerify } from 'jose';
import type { AccountSettings } from '../world/account.ts';

export interface TokenRefusal {
  /** The AADSTS number. */
  readonly code: number;
  readonly message: string;
}

/**
 * Returns undefined when the assertion holds, else the refusal. `now` is in milliseconds since the epoch.
 * The audiences are the addresses of the token endpoint that it may be for.
 */
export async function checkAssertion(
  assertion: string,
  tenant: AccountSettings,
  audiences: readonly string[],
  now: number,
): Promise<TokenRefusal | undefined> {
  if (tenant.certificate === undefined) {
    return { code: 700027, message: `No certificate is registered on application '${tenant.clientId}'.` };
  }
  const header = readHeader(assertion);
  if (!header) return { code: 50027, message: 'JWT token is invalid or malformed.' };
  const certificate = new X509Certificate(tenant.certificate);
  if (!isThumbprint(certificate, header)) {
    return {
      code: 700027,
      message: `The certificate with identifier used to sign the client assertion is not registered on application '${tenant.clientId}'. [Reason - The key was not found.]`,
    };
  }
  if (now > Date.parse(certificate.validTo))
    return {
      code: 1000502,
      message: 'The provided certificate is not within its specified validity window.',
    };
  return verify(assertion, tenant, header.alg, audiences, now);
}

interface AssertionHeader {
  readonly alg: string;
  readonly x5t?: string;
  readonly 'x5t#S256'?: string;
}

function readHeader(assertion: string): AssertionHeader | undefined {
  try {
    const { alg, ...header } = decodeProtectedHeader(assertion);
    const sha256 = header['x5t#S256'];
    return {
      alg: alg ?? '',
      ...(typeof header.x5t === 'string' ? { x5t: header.x5t } : {}),
      ...(typeof sha256 === 'string' ? { 'x5t#S256': sha256 } : {}),
    };
  } catch {
    return undefined;
  }
}

function isThumbprint(certificate: X509Certificate, header: AssertionHeader): boolean {
  const digest = (algorithm: string): string =>
    createHash(algorithm).update(certificate.raw).digest('base64url');
  return header['x5t#S256'] === digest('sha256') || header.x5t === digest('sha1');
}

async function verify(
  assertion: string,
  tenant: AccountSettings,
  alg: string,
  audiences: readonly string[],
  now: number,
): Promise<TokenRefusal | undefined> {
  try {
    await jwtVerify(assertion, await importX509(tenant.certificate ?? '', alg), {
      algorithms: ['PS256', 'RS256'],
      audience: [...audiences],
      issuer: tenant.clientId,
      subject: tenant.clientId,
      requiredClaims: ['exp', 'jti'],
      currentDate: new Date(now),
    });
    return undefined;
  } catch (error) {
    if (error instanceof errors.JWTExpired || isNotYetValid(error)) {
      return { code: 700024, message: 'Client assertion is not within its valid time range.' };
    }
    if (error instanceof errors.JWTClaimValidationFailed) {
      return { code: 700023, message: `Client assertion claim is not valid: ${error.message}.` };
    }
    return {
      code: 700027,
      message:
        'Client assertion failed signature validation. [Reason - The key was found but use of the key to verify the signature failed.]',
    };
  }
}

const isNotYetValid = (error: unknown): boolean =>
  error instanceof errors.JWTClaimValidationFailed && error.claim === 'nbf';
