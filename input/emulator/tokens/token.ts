// Issues tokens as Entra's token endpoint does: to an application that shows its secret or signs with its certificate,
// for one resource; and writes the OpenID metadata from which a domain is resolved to its tenant.

import { randomBytes, randomUUID } from 'node:crypto';
import { answerJson, type HttpAnswer } from '../server/answer.ts';
import type { AccountSettings } from '../world/account.ts';
import { answerAadsts } from './aadsts-errors.ts';
import { checkAssertion } from './assertion.ts';

export interface IssuedClaims {
  readonly aud: string;
  readonly tid: string;
  readonly appid: string;
  readonly roles: readonly string[];
  /** Seconds since the epoch. */
  readonly exp: number;
}

export interface TokenRequest {
  /** The account of the tenant in the address, if there is one. */
  readonly tenant: AccountSettings | undefined;
  /** The tenant as it stands in the address. */
  readonly tenantText: string;
  readonly form: URLSearchParams;
  /** The Authorization header. */
  readonly authorization: string | undefined;
  /** The address of this endpoint, for the audience of an assertion. */
  readonly endpoint: string;
  /** True for the endpoint's first version, whose scope comes as `resource` and whose numbers are text. */
  readonly firstVersion: boolean;
}

export interface TokenOptions {
  /** Returns the emulator's address, once it listens; it is an audience beside those that are given. */
  url(): string;
  readonly audiences: readonly string[];
  readonly lifetimeSeconds: number;
  /** Returns milliseconds since the epoch. */
  now(): number;
  /** Makes the trace and correlation ids of refusals. */
  guid(index: number): string;
}

export class TokenIssuer {
  private readonly options: TokenOptions;
  private readonly issued = new Map<string, IssuedClaims>();
  private refusals = 0;

  constructor(options: TokenOptions) {
    this.options = options;
  }

  /** Answers a request for a token: with one, or with a refusal. */
  async answer(request: TokenRequest): Promise<HttpAnswer> {
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

  /** Returns the claims of a token that was issued here and not revoked; undefined for any other. */
  read(token: string): IssuedClaims | undefined {
    return this.issued.get(token);
  }

  isExpired(claims: IssuedClaims): boolean {
    return this.options.now() >= claims.exp * 1000;
  }

  /** Refuses the token from here on. */
  revoke(token: string): void {
    this.issued.delete(token);
  }

  /** Answers with the OpenID metadata of a tenant. */
  describeOpenId(tenant: AccountSettings | undefined, tenantText: string): HttpAnswer {
    if (!tenant) return this.refuse(90002, `Tenant '${tenantText}' not found.`);
    const home = `${this.options.url()}/${tenant.tenantId}`;
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

  /** Answers with a refusal by its AADSTS number; its message and status are known unless they are given. */
  refuse(code: number, message?: string, status?: number): HttpAnswer {
    this.refusals += 2;
    const from = this.refusals;
    const guid = (index: number): string => this.options.guid(from + index);
    return answerAadsts(code, { now: this.options.now(), guid, message, status });
  }

  private async checkCredential(
    tenant: AccountSettings,
    client: PresentedCredentials,
    request: TokenRequest,
  ): Promise<HttpAnswer | undefined> {
    if (client.assertion !== undefined) {
      const endpoints = [request.endpoint, `${this.options.url()}/${tenant.tenantId}/oauth2/v2.0/token`];
      const refusal = await checkAssertion(client.assertion, tenant, endpoints, this.options.now());
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

  private issue(tenant: AccountSettings, resource: string, firstVersion: boolean): HttpAnswer {
    const { lifetimeSeconds } = this.options;
    const seconds = Math.floor(this.options.now() / 1000);
    const claims = {
      aud: resource,
      iss: `${this.options.url()}/${tenant.tenantId}/`,
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

  /** Makes a text that looks like a signed token; it is one only because it is remembered here. */
  private seal(claims: IssuedClaims): string {
    const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const header = { typ: 'JWT', alg: 'RS256', kid: 'emulator' };
    const token = `${encode(header)}.${encode(claims)}.${randomBytes(256).toString('base64url')}`;
    this.issued.set(token, claims);
    return token;
  }

  private isAudience(resource: string): boolean {
    return resource === this.options.url() || this.options.audiences.includes(resource);
  }
}

interface PresentedCredentials {
  readonly id: string | undefined;
  readonly secret: string | undefined;
  readonly assertion: string | undefined;
}

function readClient(form: URLSearchParams, authorization: string | undefined): PresentedCredentials {
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
