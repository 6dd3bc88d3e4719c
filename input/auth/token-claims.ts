// Reads the claims of a token, for diagnosis only: the API checks its signature.

import { decodeJwt } from 'jose';

export interface TokenClaims {
  /** Application permissions, such as `ActivityFeed.Read`; empty when nothing was consented. */
  readonly roles: readonly string[];
  readonly audience: string | undefined;
  /** The tenant's GUID (`tid`). */
  readonly tenantId: string | undefined;
  /** The application's GUID (`appid`, or `azp` in newer tokens). */
  readonly clientId: string | undefined;
  /** The end of the token, milliseconds since the epoch. */
  readonly expiresAt: number | undefined;
}

/** Returns the claims; undefined when the token is not a JWT. */
export function readTokenClaims(token: string): TokenClaims | undefined {
  try {
    const claims = decodeJwt(token);
    const text = (name: string) => (typeof claims[name] === 'string' ? claims[name] : undefined);
    const roles = Array.isArray(claims.roles) ? claims.roles.filter((role) => typeof role === 'string') : [];
    return {
      roles,
      audience: text('aud'),
      tenantId: text('tid')?.toLowerCase(),
      clientId: text('appid') ?? text('azp'),
      expiresAt: claims.exp === undefined ? undefined : claims.exp * 1000,
    };
  } catch {
    return undefined;
  }
}
