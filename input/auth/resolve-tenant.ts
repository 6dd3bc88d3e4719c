// Resolves a tenant, which an operator writes as its GUID or one of its domains, to the GUID, by the public OpenID document.

import { OperatorError } from '../contract/errors.ts';
import { readText, type Send } from '../http/exchange.ts';
import { explainTokenError } from './aadsts-catalogue.ts';

const guid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i;
const documentLimit = 64 * 1024;

function isGuid(text: string): boolean {
  return text.length === 36 && guid.test(text);
}

/** Returns the GUID in lower case. Rejects with an OperatorError when the domain belongs to no tenant of this cloud. */
export async function resolveTenant(
  send: Send,
  login: string,
  tenant: string,
  signal: AbortSignal,
): Promise<string> {
  const name = tenant.trim();
  if (isGuid(name)) return name.toLowerCase();
  const url = `${login}/${encodeURIComponent(name)}/v2.0/.well-known/openid-configuration`;
  const document = await send({ method: 'GET', url, signal })
    .then((response) => readText(response, documentLimit))
    .catch((error: unknown) => {
      throw explainTokenError(error, { tenant: name, login });
    });
  const found = guidIn(document);
  if (found === undefined) throw unresolved(name, login);
  return found;
}

function guidIn(document: string): string | undefined {
  const endpoint = /"(?:issuer|token_endpoint)"\s*:\s*"([^"]*)"/g;
  for (const [, value = ''] of document.matchAll(endpoint)) {
    const found = guid.exec(value)?.[0];
    if (found !== undefined) return found.toLowerCase();
  }
  return undefined;
}

function unresolved(tenant: string, login: string): OperatorError {
  return new OperatorError({
    code: 'tenant-unresolved',
    message: `${login} does not say which tenant ${tenant} is.`,
    advice: 'Set tenant_id to the Directory (tenant) ID from the Entra overview page.',
    retry: { kind: 'later', afterMs: 60_000 },
  });
}
