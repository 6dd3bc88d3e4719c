// Checks the bearer token of a request for a resource, as every API does before it looks at anything else.

import type { ApiRequest } from '../api.ts';
import type { IssuedClaims, TokenIssuer } from './token.ts';

/** Returns the token from an Authorization header of the bearer scheme. */
export const readBearer = (authorization: string | undefined): string | undefined =>
  /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];

/**
 * Returns the claims of the request's token, or undefined when it has none that is good; the answer then is
 * `answerUnauthorized()`. A missing token and an expired one are counted as misuse.
 */
export function checkBearer(
  tokens: TokenIssuer,
  { authorization, reportMisuse }: ApiRequest,
): IssuedClaims | undefined {
  const token = readBearer(authorization);
  if (token === undefined) reportMisuse('no-token');
  const claims = token === undefined ? undefined : tokens.read(token);
  if (claims && tokens.isExpired(claims)) {
    reportMisuse('expired-token');
    return undefined;
  }
  return claims;
}
