// What the current token says about a refusal: usually it is the whole explanation.

import type { TokenClaims } from '../../auth/token-claims.ts';

export interface ExpectedToken {
  readonly management: string;
  readonly tenantId: string;
}

/** The API's application ID, which may stand for its URL as the audience. */
const apiApplicationId = 'c5393580-f805-4401-95e8-94b7a6ef2fc2';

/** One sentence, or nothing where the token cannot be read. */
export function describeToken(claims: TokenClaims | undefined, expected: ExpectedToken): string {
  if (claims === undefined) return '';
  const { audience, tenantId, roles } = claims;
  if (audience !== undefined && audience !== apiApplicationId && !sameUrl(audience, expected.management)) {
    return `The token is for ${audience}, not for ${expected.management}: check cloud and management_url.`;
  }
  if (tenantId !== undefined && tenantId !== expected.tenantId) {
    return `The token is of tenant ${tenantId}, not of ${expected.tenantId}: check tenant_id.`;
  }
  return roles.length === 0
    ? 'The token carries no roles: nobody has granted admin consent to an application permission.'
    : `The token carries the roles ${roles.join(', ')}.`;
}

function sameUrl(one: string, other: string): boolean {
  return one.replace(/\/+$/, '').toLowerCase() === other.toLowerCase();
}
