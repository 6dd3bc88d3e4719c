// The token endpoint gives tokens to applications that prove themselves and refuses all others in Entra's words.

import { createHash, randomUUID, X509Certificate } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import { decodeJwt, SignJWT } from 'jose';
import type { Emulator, EmulatorOptions } from '../../../input/emulator/index.ts';
import { makeCertificate, type TestCertificate } from '../../http/make-certificate.ts';
import { Client, noon, readCode, readObject, startAtNoon } from '../client.ts';

let emulator: Emulator | undefined;
afterEach(() => emulator?.close());

const start = async (options: EmulatorOptions = {}): Promise<Client> => {
  emulator = await startAtNoon(options);
  return new Client(emulator);
};

/** Reads the status, the error and the AADSTS number of a refusal: `401 invalid_client 7000215`. */
async function readRefusal(response: Response): Promise<string> {
  const { error, error_codes, error_description } = await readObject(response);
  expect(String(error_description)).toMatch(
    new RegExp(`^AADSTS${error_codes}: .+ Trace ID: [0-9a-f-]{36} .+Z$`),
  );
  return `${response.status} ${error} ${error_codes}`;
}

describe('a token', () => {
  test('is for the tenant, the resource and the roles', async () => {
    const client = await start({ tenants: [{ roles: ['ActivityFeed.Read'] }], tokenLifetimeSeconds: 600 });
    const response = await client.requestToken({ scope: 'https://manage.office.com/.default' });
    const { access_token, ...rest } = await readObject(response);
    expect(rest).toEqual({ token_type: 'Bearer', expires_in: 600, ext_expires_in: 600 });
    expect(decodeJwt(String(access_token))).toMatchObject({
      aud: 'https://manage.office.com',
      tid: client.tenant.tenantId,
      appid: client.tenant.clientId,
      roles: ['ActivityFeed.Read'],
      exp: noon / 1000 + 600,
    });
  });

  test('comes for a verified domain, by either version, with the secret in form or header', async () => {
    const client = await start();
    const { domain, tenantId, clientId, clientSecret } = client.tenant;
    expect((await client.requestToken({}, `${domain}/oauth2/v2.0/token`)).status).toBe(200);
    const first = await client.requestToken(
      { scope: undefined, resource: client.emulator.url },
      `${tenantId}/oauth2/token`,
    );
    expect(await readObject(first)).toMatchObject({ expires_in: '3599', resource: client.emulator.url });
    const basic = Buffer.from(`${clientId}:${encodeURIComponent(clientSecret)}`).toString('base64');
    const response = await fetch(`${client.emulator.url}/${tenantId}/oauth2/v2.0/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${basic}` },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        scope: `${client.emulator.url}/.default`,
      }),
    });
    expect(response.status).toBe(200);
  });

  test.each([
    ['a wrong secret', { client_secret: 'x' }, '401 invalid_client 7000215'],
    ['no secret', { client_secret: undefined }, '401 invalid_client 7000218'],
    ['an unknown application', { client_id: randomUUID() }, '400 unauthorized_client 700016'],
    ['no grant', { grant_type: undefined }, '400 invalid_request 900144'],
    ['another grant', { grant_type: 'password' }, '400 unsupported_grant_type 70003'],
    ['a scope that is no resource', { scope: 'User.Read' }, '400 invalid_scope 70011'],
    ['a strange resource', { scope: 'https://graph.example/.default' }, '400 invalid_resource 500011'],
  ])('is refused for %s', async (_, changes, refusal) => {
    const client = await start();
    expect(await readRefusal(await client.requestToken(changes))).toBe(refusal);
  });

  test('is refused for an unknown tenant and for an expired secret', async () => {
    const client = await start({ tenants: [{ secretExpired: true }] });
    const unknown = await client.requestToken({}, `${randomUUID()}/oauth2/v2.0/token`);
    expect(await readRefusal(unknown)).toBe('400 invalid_request 90002');
    expect(await readRefusal(await client.requestToken())).toBe('401 invalid_client 7000222');
  });

  test('ends when it says', async () => {
    const client = await start({ tokenLifetimeSeconds: 600 });
    expect((await client.call('subscriptions/list')).status).toBe(200);
    client.emulator.advance(599_000);
    expect((await client.call('subscriptions/list')).status).toBe(200);
    client.emulator.advance(1_000);
    const response = await client.call('subscriptions/list');
    expect(response.status).toBe(401);
    expect(await response.text()).not.toMatch(/AF\d/);
    expect(client.emulator.requests.counts().misuse).toEqual({ 'expired-token': 1 });
  });

  test('that is forged or missing opens nothing', async () => {
    const client = await start();
    const [header, payload] = (await client.signIn()).split('.');
    for (const authorization of [undefined, 'Bearer x', `Bearer ${header}.${payload}.AAAA`]) {
      const headers = authorization === undefined ? {} : { authorization };
      expect((await fetch(`${client.root}/subscriptions/list`, { headers })).status).toBe(401);
    }
  });

  test('opens only its own tenant, and only what its roles allow', async () => {
    const client = await start({ tenants: [{ roles: ['ActivityFeed.Read'] }, {}] });
    const other = client.emulator.tenants[1]?.tenantId ?? '';
    const call = (tenant: string): Promise<Response> =>
      client.call(`${client.root.replace(client.tenant.tenantId, tenant)}/subscriptions/list`);
    expect(await readCode(await call(other))).toBe('401 AF20010');
    expect(await readCode(await call(client.tenant.domain))).toBe('400 AF20013');
    expect(await readCode(await client.start('DLP.All'))).toBe('401 AF10001');
    expect((await client.start('Audit.General')).status).toBe(200);
    client.emulator.updateTenant(client.tenant.tenantId, { roles: [] });
    expect((await client.call('subscriptions/list')).status).toBe(200);
    await client.signIn();
    expect(await readCode(await client.call('subscriptions/list'))).toBe('401 AF10001');
  });
});

describe('the OpenID metadata', () => {
  test('turns a domain into its tenant', async () => {
    const { emulator: running, tenant } = await start();
    const metadata = await readObject(
      await fetch(`${running.url}/${tenant.domain}/v2.0/.well-known/openid-configuration`),
    );
    expect(metadata.issuer).toBe(`${running.url}/${tenant.tenantId}/v2.0`);
    expect(metadata.token_endpoint).toBe(`${running.url}/${tenant.tenantId}/oauth2/v2.0/token`);
    const unknown = await fetch(`${running.url}/nowhere.example/v2.0/.well-known/openid-configuration`);
    expect(await readRefusal(unknown)).toBe('400 invalid_request 90002');
  });
});

describe('a client assertion', () => {
  const registered = makeCertificate();

  interface Changes {
    readonly key?: TestCertificate;
    readonly alg?: string;
    readonly audience?: string;
    readonly expiresAt?: number;
    readonly sha1?: boolean;
    readonly signedBy?: TestCertificate;
  }

  async function request(client: Client, changes: Changes = {}): Promise<Response> {
    const key = changes.key ?? registered;
    const print = (algorithm: string): string =>
      createHash(algorithm).update(new X509Certificate(key.certificate).raw).digest('base64url');
    const thumbprint = changes.sha1 ? { x5t: print('sha1') } : { 'x5t#S256': print('sha256') };
    const { clientId, tenantId } = client.tenant;
    const assertion = await new SignJWT({})
      .setProtectedHeader({ alg: changes.alg ?? 'PS256', typ: 'JWT', ...thumbprint })
      .setIssuer(clientId)
      .setSubject(clientId)
      .setAudience(changes.audience ?? `${client.emulator.url}/${tenantId}/oauth2/v2.0/token`)
      .setJti(randomUUID())
      .setNotBefore(noon / 1000 - 10)
      .setExpirationTime(changes.expiresAt ?? noon / 1000 + 300)
      .sign((changes.signedBy ?? key).keyObject);
    return client.requestToken({
      client_secret: undefined,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    });
  }

  const withCertificate = (certificate = registered.certificate): Promise<Client> =>
    start({ tenants: [{ certificate }] });

  test('by the registered certificate gets a token', async () => {
    const client = await withCertificate();
    expect((await request(client)).status).toBe(200);
    expect((await request(client, { alg: 'RS256', sha1: true })).status).toBe(200);
  });

  test('is refused when it is not by that certificate, not for this endpoint, or not of this time', async () => {
    const client = await withCertificate();
    const other = makeCertificate();
    expect(await readRefusal(await request(client, { key: other }))).toBe('401 invalid_client 700027');
    expect(await readRefusal(await request(client, { signedBy: other }))).toBe('401 invalid_client 700027');
    expect(await readRefusal(await request(client, { audience: 'https://elsewhere.example' }))).toMatch(
      / 700023$/,
    );
    expect(await readRefusal(await request(client, { expiresAt: noon / 1000 - 1 }))).toBe(
      '401 invalid_client 700024',
    );
    const malformed = { client_secret: undefined, client_assertion: 'x' };
    const type = { client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' };
    expect(await readRefusal(await client.requestToken({ ...malformed, ...type }))).toMatch(/ 50027$/);
  });

  test('is refused where no certificate is registered, or it has ended', async () => {
    expect(await readRefusal(await request(await start()))).toBe('401 invalid_client 700027');
    await emulator?.close();
    const ended = makeCertificate({ notAfter: new Date('2025-01-01') });
    const client = await withCertificate(ended.certificate);
    expect(await readRefusal(await request(client, { key: ended }))).toMatch(/ 1000502$/);
  });
});
