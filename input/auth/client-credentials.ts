// Gets tokens for an application without a user (OAuth 2 client credentials): fetched when first needed, shared, renewed
// before they end. oauth4webapi has the protocol and its checks; aadsts-catalogue.ts explains Entra ID's errors.

import {
  allowInsecureRequests,
  clientCredentialsGrantRequest,
  customFetch,
  processClientCredentialsResponse,
  type TokenEndpointResponse,
} from 'oauth4webapi';
import type { Clock } from '../contract/clock.ts';
import { protectWhileValid } from '../contract/errors.ts';
import type { TokenProvider } from '../http/authorize.ts';
import { readText, type Send } from '../http/exchange.ts';
import { explainTokenError } from './aadsts-catalogue.ts';
import { type CredentialSources, readCredential } from './credentials.ts';
import { readTokenClaims, type TokenClaims } from './token-claims.ts';

export interface ClientCredentialsOptions extends CredentialSources {
  /** The origin that issues tokens, such as `https://login.microsoftonline.com`. */
  readonly login: string;
  /** The tenant's GUID or one of its domains. */
  readonly tenant: string;
  readonly clientId: string;
  /** The scope, `/.default` of one resource. */
  readonly scope: string;
  readonly send: Send;
  readonly clock: Clock;
  /** The current time by the login server's clock, which dates assertions. */
  readonly serverNow?: () => number;
}

interface IssuedToken {
  readonly value: string;
  readonly claims: TokenClaims | undefined;
  readonly renewAt: number;
  readonly endsAt: number;
}

const tokenBodyLimit = 256 * 1024;
const discardEveryMs = 30_000;

export class ClientCredentials implements TokenProvider {
  readonly #options: ClientCredentialsOptions;
  #issued: IssuedToken | undefined;
  #running: { readonly token: Promise<IssuedToken>; readonly signal: AbortSignal } | undefined;
  #certificateExpiresAt: number | undefined;
  #discardedAt = Number.NEGATIVE_INFINITY;

  constructor(options: ClientCredentialsOptions) {
    this.#options = options;
  }

  /** The claims of the current token; undefined before the first one, or when it cannot be read. */
  get claims(): TokenClaims | undefined {
    return this.#issued?.claims;
  }

  /** The end of the certificate last used, milliseconds since the epoch. */
  get certificateExpiresAt(): number | undefined {
    return this.#certificateExpiresAt;
  }

  async token(signal: AbortSignal): Promise<string> {
    const now = this.#options.clock.now();
    const current = this.#issued;
    if (current !== undefined && now < current.renewAt) return current.value;
    try {
      return (await this.#renew(signal)).value;
    } catch (error) {
      // A token that is still valid for a while bridges a token endpoint that is down.
      if (current !== undefined && this.#issued === current && now < current.endsAt && !signal.aborted)
        return current.value;
      throw error;
    }
  }

  /** Drops a token, every half minute at most: where new tokens are refused too, more of them do not help. */
  discard(token: string): void {
    const now = this.#options.clock.now();
    if (this.#issued?.value !== token || now < this.#discardedAt + discardEveryMs) return;
    this.#discardedAt = now;
    this.#issued = undefined;
  }

  /** Renews the token; callers share one request. Where the caller who made it gives up, another makes it again. */
  async #renew(signal: AbortSignal): Promise<IssuedToken> {
    for (;;) {
      this.#running ??= this.#begin(signal);
      const running = this.#running;
      try {
        return await running.token;
      } catch (error) {
        if (signal.aborted || !running.signal.aborted) throw error;
      }
    }
  }

  #begin(signal: AbortSignal) {
    const token = this.#fetch(signal).finally(() => {
      this.#running = undefined;
    });
    return { token, signal };
  }

  async #fetch(signal: AbortSignal): Promise<IssuedToken> {
    const { clock, login, tenant } = this.#options;
    const requestedAt = clock.now();
    const response = await this.#ask(signal).catch((error: unknown) => {
      throw explainTokenError(error, { tenant, login });
    });
    const lifeMs = (response.expires_in ?? 3600) * 1000;
    protectWhileValid(response.access_token, requestedAt + lifeMs, clock.now());
    this.#issued = {
      value: response.access_token,
      claims: readTokenClaims(response.access_token),
      renewAt: requestedAt + lifeMs - Math.min(300_000, lifeMs / 10),
      endsAt: requestedAt + lifeMs,
    };
    return this.#issued;
  }

  async #ask(signal: AbortSignal): Promise<TokenEndpointResponse> {
    const { clientId, login, tenant, scope, serverNow, clock, send } = this.#options;
    const credential = await readCredential(this.#options, serverNow ?? (() => clock.now()));
    this.#certificateExpiresAt = credential.expiresAt;
    const client = { client_id: clientId };
    const server = {
      issuer: login,
      token_endpoint: `${login}/${encodeURIComponent(tenant)}/oauth2/v2.0/token`,
    };
    const response = await clientCredentialsGrantRequest(
      server,
      client,
      credential.clientAuth,
      { scope },
      {
        // trustedOrigin() has refused every origin without TLS but loopback ones.
        [allowInsecureRequests]: login.startsWith('http:'),
        [customFetch]: (url, init) => asFetch(send, { ...init, url, signal }),
      },
    );
    return processClientCredentialsResponse(server, client, response);
  }
}

interface FetchInit {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
  readonly signal: AbortSignal;
}

/** The fetch of oauth4webapi over our own HTTP layer, which turns refusals into errors first. */
async function asFetch(send: Send, { url, headers, body, signal }: FetchInit): Promise<Response> {
  const response = await send({ method: 'POST', url, headers, signal, body: String(body) });
  return new Response(await readText(response, tokenBodyLimit), {
    status: response.status,
    headers: { 'content-type': 'application/json' },
  });
}

/** Returns the needed roles that are missing; undefined when the token cannot be read. */
export function missingRoles(
  claims: TokenClaims | undefined,
  needed: readonly string[],
): string[] | undefined {
  return claims === undefined ? undefined : needed.filter((role) => !claims.roles.includes(role));
}
