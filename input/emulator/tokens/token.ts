// The token endpoint: client credentials with a secret or a certificate, for one resource; and the OpenID metadata
// from which a domain is resolved to its tenant.

import { randomBytes, randomUUID } from 'node:crypto';
import { type Answer, answerAadsts, answerJson } from '../answer.ts';
import type { TenantSettings } from '../options.ts';
import { checkAssertion } from './assertion.ts';

export interface TokenClaims {
  readonly aud: string;
  readonly tid: string;
  readonly appid: string;
  readonly roles: readonly string[];
  readonly exp: number;
}

export interface TokenRequest {
  readonly tenant: TenantSettings | undefined;
  /** As in the address. */
  readonly tenantText: string;
  readonly form: URLSearchParams;
  readonly authorization: string | undefined;
  /** The address of this endpoint, for the audience of an assertion. */
  readonly endpoint: string;
  /** Scopes of the first version come as `resource`, and its numbers as text. */
  readonly firstVersion: boolean;
}

export interface TokenOptions {
  readonly url: string;
  readonly lifetimeSeconds: number;
  readonly now: () => number;
  readonly guid: (index: number) => string;
}

/** Audiences of the five clouds, beside the emulator itself. */
const audiences = [
  'https://manage.office.com',
  'https://manage-gcc.office.com',
  'https://manage.office365.us',
  'https://manage.protection.apps.mil',
  'https://manage.office365.cn',
];

export class TokenIssuer {
  private readonly options: TokenOptions;
  private readonly issued = new Map<string, TokenClaims>();
  private refusals = 0;

  constructor(options: TokenOptions) {
    this.options = options;
  }

  async answer(request: TokenRequest): Promise<Answer> {
    const { tenant, form } = request;
    if (!tenant) {
      return this.refuse(
        90002,
        `Tenant '${request.tenantText}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.`,
      );
    }
    const grant = form.get('grant_type');
    if (grant === null) return this.refuse(900144);
    if (grant !== 'client_credentials') return this.refuse(70003);
    const client = readClient(form, request.authorization);
    if (client.id !== tenant.clientId) {
      return this.refuse(
        700016,
        `Application with identifier '${client.id ?? ''}' was not found in the directory '${tenant.tenantId}'.`,
      );
    }
    const refusal = await this.checkCredential(tenant, client, request);
    if (refusal) return refusal;
    const resource = readResource(request);
    if (resource === undefined) return this.refuse(70011);
    if (!this.isAudience(resource)) {
      return this.refuse(
        500011,
        `The resource principal named ${resource} was not found in the tenant named ${tenant.domain}.`,
      );
    }
    return this.issue(tenant, resource, request.firstVersion);
  }

  /** The claims of a token that was issued here and not revoked; undefined for any other. */
  read(token: string): TokenClaims | undefined {
    return this.issued.get(token);
  }

  isExpired(claims: TokenClaims): boolean {
    return this.options.now() >= claims.exp * 1000;
  }

  /** The token is refused from here on. */
  revoke(token: string): void {
    this.issued.delete(token);
  }

  describeOpenId(tenant: TenantSettings | undefined, tenantText: string): Answer {
    if (!tenant) return this.refuse(90002, `Tenant '${tenantText}' not found.`);
    const home = `${this.options.url}/${tenant.tenantId}`;
    return answerJson(200, {
      token_endpoint: `${home}/oauth2/v2.0/token`,
      token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
      jwks_uri: `${home}/discovery/v2.0/keys`,
      response_modes_supported: ['query', 'fragment', 'form_post'],
      subject_types_supported: ['pairwise'],
      id_token_signing_alg_values_supported: ['RS256'],
      response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
      scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
      issuer: `${home}/v2.0`,
      authorization_endpoint: `${home}/oauth2/v2.0/authorize`,
      tenant_region_scope: 'EU',
    });
  }

  refuse(code: number, message?: string, status?: number): Answer {
    this.refusals += 2;
    const { guid, now } = this.options;
    const from = this.refusals;
    return answerAadsts(code, { now: now(), guid: (index) => guid(from + index), message, status });
  }

  private async checkCredential(
    tenant: TenantSettings,
    client: Client,
    request: TokenRequest,
  ): Promise<Answer | undefined> {
    if (client.assertion !== undefined) {
      const { url, now } = this.options;
      const endpoints = [request.endpoint, `${url}/${tenant.tenantId}/oauth2/v2.0/token`];
      const refusal = await checkAssertion(client.assertion, tenant, endpoints, now());
      return refusal && this.refuse(refusal.code, refusal.message);
    }
    if (client.secret === undefined) return this.refuse(7000218);
    if (client.secret !== tenant.clientSecret) {
      return this.refuse(
        7000215,
        `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${tenant.clientId}'.`,
      );
    }
    if (tenant.secretExpired) {
      return this.refuse(
        7000222,
        `The provided client secret keys for app '${tenant.clientId}' are expired.`,
      );
    }
    return undefined;
  }

  private issue(tenant: TenantSettings, resource: string, firstVersion: boolean): Answer {
    const { lifetimeSeconds, now, url } = this.options;
    const seconds = Math.floor(now() / 1000);
    const claims = {
      aud: resource,
      iss: `${url}/${tenant.tenantId}/`,
      iat: seconds,
      nbf: seconds,
      exp: seconds + lifetimeSeconds,
      appid: tenant.clientId,
      appidacr: '1',
      idtyp: 'app',
      roles: tenant.roles,
      tid: tenant.tenantId,
      jti: randomUUID(),
      ver: '1.0',
    };
    const body = { token_type: 'Bearer', access_token: this.seal(claims) };
    if (!firstVersion) {
      return answerJson(200, { ...body, expires_in: lifetimeSeconds, ext_expires_in: lifetimeSeconds });
    }
    return answerJson(200, {
      ...body,
      expires_in: String(lifetimeSeconds),
      ext_expires_in: String(lifetimeSeconds),
      expires_on: String(claims.exp),
      not_before: String(claims.nbf),
      resource,
    });
  }

  /** Looks like a signed token; what makes it one is that it is remembered. */
  private seal(claims: TokenClaims): string {
    const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const header = { typ: 'JWT', alg: 'RS256', kid: 'emulator' };
    const token = `${encode(header)}.${encode(claims)}.${randomBytes(256).toString('base64url')}`;
    this.issued.set(token, claims);
    return token;
  }

  private isAudience(resource: string): boolean {
    return resource === this.options.url || audiences.includes(resource);
  }
}

interface Client {
  readonly id: string | undefined;
  readonly secret: string | undefined;
  readonly assertion: string | undefined;
}

function readClient(form: URLSearchParams, authorization: string | undefined): Client {
  if (authorization?.startsWith('Basic ')) {
    const [id, secret] = Buffer.from(authorization.slice(6), 'base64').toString().split(':', 2);
    return {
      id: id && decodeURIComponent(id),
      secret: secret && decodeURIComponent(secret),
      assertion: undefined,
    };
  }
  const isJwt =
    form.get('client_assertion_type') === 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
  return {
    id: form.get('client_id') ?? undefined,
    secret: form.get('client_secret') ?? undefined,
    assertion: isJwt ? (form.get('client_assertion') ?? undefined) : undefined,
  };
}

function readResource({ form, firstVersion }: TokenRequest): string | undefined {
  if (firstVersion) return form.get('resource')?.replace(/\/$/, '');
  const scope = form.get('scope') ?? '';
  return scope.endsWith('/.default') && !scope.includes(' ')
    ? scope.slice(0, -'/.default'.length)
    : undefined;
}
