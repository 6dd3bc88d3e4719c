import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { aadstsCatalogue } from '../../input/auth/aadsts-catalogue.ts';
import {
  ClientCredentials,
  type ClientCredentialsOptions,
  missingRoles,
} from '../../input/auth/client-credentials.ts';
import { resolveTenant } from '../../input/auth/resolve-tenant.ts';
import { readTokenClaims } from '../../input/auth/token-claims.ts';
import { OperatorError, redact } from '../../input/contract/errors.ts';
import {
  type Emulator,
  type EmulatorOptions,
  startEmulator,
  type TenantOptions,
} from '../../input/emulator/index.ts';
import { createDispatcher } from '../../input/http/dispatcher.ts';
import type { Send } from '../../input/http/exchange.ts';
import { transport } from '../../input/http/transport.ts';
import { type Answer, type LocalServer, startServer } from '../http/local-server.ts';
import { makeCertificate } from '../http/make-certificate.ts';
import { ManualClock } from '../http/manual-clock.ts';

const { signal } = new AbortController();
const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

function sender(): Send {
  const dispatcher = createDispatcher({ timeoutMs: 5000 });
  open.push(() => dispatcher.destroy());
  return transport({ dispatcher, userAgent: 'test', now: () => Date.now() });
}

interface Signing {
  readonly emulator: Emulator;
  readonly tenant: Emulator['tenants'][number];
  readonly clock: ManualClock;
  /** The requests that were sent, in order. */
  readonly sent: { readonly url: string; readonly form: URLSearchParams }[];
  credentials(over?: Partial<ClientCredentialsOptions>): ClientCredentials;
}

async function emulate(tenant: TenantOptions = {}, over: EmulatorOptions = {}): Promise<Signing> {
  const clock = new ManualClock();
  const emulator = await startEmulator({ clock, tenants: [tenant], ...over });
  open.push(() => emulator.close());
  const [settled] = emulator.tenants;
  if (settled === undefined) throw new Error('the emulator has no tenant');
  const direct = sender();
  const sent: Signing['sent'] = [];
  const send: Send = (request) => {
    sent.push({ url: request.url, form: new URLSearchParams(request.body) });
    return direct(request);
  };
  return {
    emulator,
    tenant: settled,
    clock,
    sent,
    credentials: (options) =>
      new ClientCredentials({
        login: emulator.url,
        tenant: settled.tenantId,
        clientId: settled.clientId,
        clientSecret: async () => settled.clientSecret,
        certificate: undefined,
        scope: `${emulator.url}/.default`,
        send,
        clock,
        ...options,
      }),
  };
}

const failure = async (work: Promise<unknown>): Promise<OperatorError> => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof OperatorError)) throw new Error(`not an OperatorError: ${String(error)}`);
  return error;
};

describe('with a client secret', () => {
  test('an opaque token is hidden while it holds and some minutes longer, then forgotten', async () => {
    const clock = new ManualClock();
    let issued = 0;
    const server = await startServer((_, response) => {
      issued += 1;
      const body = {
        token_type: 'Bearer',
        expires_in: 3600,
        access_token: `an opaque token, number ${issued}.`,
      };
      response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
    });
    open.push(() => server.close());
    const { credentials } = await emulate();
    const tokens = credentials({ login: server.url, clock });
    const first = await tokens.token(signal);
    expect(redact(`with ${first}`)).toBe('with [redacted]');
    await clock.advance(3_600_000 + 300_000);
    const second = await tokens.token(signal);
    expect(redact(`with ${first} and ${second}`)).toBe('with [redacted] and [redacted]');
    await clock.advance(3_600_000 + 300_000);
    const third = await tokens.token(signal);
    expect(redact(`with ${first} and ${second} and ${third}`)).toBe(
      `with ${first} and [redacted] and [redacted]`,
    );
  });

  test('a token is had, and says what it is for', async () => {
    const { credentials, tenant, emulator, sent } = await emulate({ roles: ['ActivityFeed.Read'] });
    const tokens = credentials();
    const token = await tokens.token(signal);
    expect(tokens.claims).toEqual(readTokenClaims(token));
    expect(tokens.claims).toMatchObject({
      roles: ['ActivityFeed.Read'],
      audience: emulator.url,
      tenantId: tenant.tenantId,
      clientId: tenant.clientId,
    });
    expect(missingRoles(tokens.claims, ['ActivityFeed.Read', 'ActivityFeed.ReadDlp'])).toEqual([
      'ActivityFeed.ReadDlp',
    ]);
    expect(sent[0]?.url).toBe(`${emulator.url}/${tenant.tenantId}/oauth2/v2.0/token`);
    expect(sent[0]?.form.get('scope')).toBe(`${emulator.url}/.default`);
  });

  test('special characters arrive, and a line break at the end of a file is left out', async () => {
    const secret = 'a+b/c=&d %~é';
    const { credentials } = await emulate({ clientSecret: secret });
    await expect(credentials({ clientSecret: async () => `${secret}\r\n` }).token(signal)).resolves.toMatch(
      /^eyJ/,
    );
  });

  test('neither secret nor token can be printed any more', async () => {
    const { credentials, tenant } = await emulate();
    const token = await credentials().token(signal);
    expect(redact(`secret=${tenant.clientSecret} token=${token}`)).toBe(
      'secret=[redacted] token=[redacted token]',
    );
  });

  test('one request serves all who ask together, and it is kept until shortly before its end', async () => {
    const { credentials, clock, sent } = await emulate({}, { tokenLifetimeSeconds: 3600 });
    const tokens = credentials();
    const [first, second] = await Promise.all([tokens.token(signal), tokens.token(signal)]);
    expect(second).toBe(first);
    await clock.advance(54 * 60_000);
    expect(await tokens.token(signal)).toBe(first);
    expect(sent).toHaveLength(1);
    await clock.advance(60_000);
    expect(await tokens.token(signal)).not.toBe(first);
    expect(sent).toHaveLength(2);
  });

  test('a short-lived token is renewed after nine tenths of its life', async () => {
    const { credentials, clock, sent } = await emulate({}, { tokenLifetimeSeconds: 600 });
    const tokens = credentials();
    await tokens.token(signal);
    await clock.advance(539_000);
    await tokens.token(signal);
    expect(sent).toHaveLength(1);
    await clock.advance(1000);
    await tokens.token(signal);
    expect(sent).toHaveLength(2);
  });

  test('a token that still holds bridges a token endpoint that is down', async () => {
    const { credentials, clock, emulator } = await emulate({}, { tokenLifetimeSeconds: 3600 });
    const tokens = credentials();
    const first = await tokens.token(signal);
    emulator.setFaults([{ match: { operation: 'token' }, fault: { kind: 'status', status: 503 } }]);
    await clock.advance(57 * 60_000);
    expect(await tokens.token(signal)).toBe(first);
    await clock.advance(4 * 60_000);
    expect(await failure(tokens.token(signal))).toMatchObject({ retry: { kind: 'later' } });
    emulator.setFaults([]);
    expect(await tokens.token(signal)).not.toBe(first);
  });

  test('that one caller asked for and gave up is asked for again by the other', async () => {
    const { credentials, sent } = await emulate();
    const tokens = credentials();
    const leaving = new AbortController();
    const first = tokens.token(leaving.signal);
    const second = tokens.token(signal);
    leaving.abort(new Error('it leaves'));
    await expect(first).rejects.toThrow();
    expect(await second).toMatch(/^eyJ/);
    expect(sent).toHaveLength(2);
  });

  test('a changed secret takes effect with the next token', async () => {
    const { credentials, tenant } = await emulate();
    let secret = 'the old one';
    const tokens = credentials({ clientSecret: async () => secret });
    expect(await failure(tokens.token(signal))).toMatchObject({ code: 'AADSTS7000215' });
    secret = tenant.clientSecret;
    await expect(tokens.token(signal)).resolves.toMatch(/^eyJ/);
  });

  test('a discarded token is replaced, but not more than twice a minute', async () => {
    const { credentials, clock } = await emulate();
    const tokens = credentials();
    const first = await tokens.token(signal);
    tokens.discard(first);
    const second = await tokens.token(signal);
    expect(second).not.toBe(first);
    tokens.discard(second);
    expect(await tokens.token(signal)).toBe(second);
    await clock.advance(30_000);
    tokens.discard(first);
    expect(await tokens.token(signal)).toBe(second);
    tokens.discard(second);
    expect(await tokens.token(signal)).not.toBe(second);
  });
});

describe('with a certificate', () => {
  const made = makeCertificate();
  const pem = `${made.certificate}${made.key}`;
  const encrypted = createPrivateKey(made.key)
    .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'open sesame' })
    .toString();
  const traditional = createPrivateKey(made.key).export({ type: 'pkcs1', format: 'pem' }).toString();
  const withCertificate = (text: string, passphrase?: string) => ({
    clientSecret: undefined,
    certificate: async () => ({ pem: text, passphrase }),
  });

  test.each([
    ['certificate first', pem, undefined],
    ['key first', `${made.key}\n${made.certificate}`, undefined],
    ['in the older key format', `${made.certificate}${traditional}`, undefined],
    ['with a passphrase', `${made.certificate}${encrypted}`, 'open sesame'],
  ])('a token is had: %s', async (_, text, passphrase) => {
    const { credentials } = await emulate({ certificate: made.certificate });
    const tokens = credentials(withCertificate(text, passphrase));
    await expect(tokens.token(signal)).resolves.toMatch(/^eyJ/);
    expect(tokens.certificateExpiresAt).toBeGreaterThan(Date.now() + 360 * 86_400_000);
  });

  test('the assertion is short-lived, for this endpoint, named by SHA-256, and new each time', async () => {
    const { credentials, sent, clock, emulator, tenant } = await emulate({ certificate: made.certificate });
    const tokens = credentials(withCertificate(pem));
    tokens.discard(await tokens.token(signal));
    await tokens.token(signal);
    const [first = '', second = ''] = sent.map(({ form }) => form.get('client_assertion') ?? '');
    const claims = decodeJwt(first);
    expect(decodeProtectedHeader(first)).toMatchObject({
      alg: 'PS256',
      typ: 'JWT',
      'x5t#S256': expect.any(String),
    });
    expect(claims).toMatchObject({
      aud: `${emulator.url}/${tenant.tenantId}/oauth2/v2.0/token`,
      iss: tenant.clientId,
      sub: tenant.clientId,
      nbf: clock.now() / 1000,
    });
    expect((claims.exp ?? 0) - (claims.nbf ?? 0)).toBeLessThanOrEqual(600);
    expect(decodeJwt(second).jti).not.toBe(claims.jti);
    expect(sent[0]?.form.has('client_secret')).toBe(false);
    expect(redact(first)).toBe('[redacted token]');
  });

  test('the assertion is dated by the server where the clocks differ', async () => {
    const { credentials, clock } = await emulate({ certificate: made.certificate });
    const behind = { ...withCertificate(pem), clock: new ManualClock(clock.now() - 3_600_000) };
    expect(await failure(credentials(behind).token(signal))).toMatchObject({ code: 'AADSTS700024' });
    const corrected = credentials({ ...behind, serverNow: () => clock.now() });
    await expect(corrected.token(signal)).resolves.toMatch(/^eyJ/);
  });

  const stranger = makeCertificate();
  const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();
  test.each([
    ['no certificate', made.key, undefined, /no certificate/],
    ['no key', made.certificate, undefined, /no private key/],
    ['a wrong passphrase', `${made.certificate}${encrypted}`, 'guess', /passphrase/],
    ['no passphrase', `${made.certificate}${encrypted}`, undefined, /passphrase/],
    ["another certificate's key", `${made.certificate}${stranger.key}`, undefined, /does not belong/],
    ['a key that is not RSA', `${made.certificate}${elliptic}`, undefined, /not an RSA key/],
  ])('what is wrong with it is said: %s', async (_, text, passphrase, message) => {
    const { credentials, sent } = await emulate({ certificate: made.certificate });
    const error = await failure(credentials(withCertificate(text, passphrase)).token(signal));
    expect(error.code).toBe('certificate');
    expect(error.message).toMatch(message);
    expect(sent).toHaveLength(0);
  });

  test('that is not registered is refused, and said so', async () => {
    const { credentials } = await emulate({ certificate: made.certificate });
    const text = `${stranger.certificate}${stranger.key}`;
    expect(await failure(credentials(withCertificate(text)).token(signal))).toMatchObject({
      code: 'AADSTS700027',
      advice: expect.stringContaining('Upload'),
    });
  });
});

test.each(['$co.elastic.secret{abc-1}', `\${SECRET_0}`])(
  'a reference to what Fleet keeps (%s) is never sent for the secret, and the way out is said',
  async (reference) => {
    const { credentials, sent } = await emulate({});
    const error = await failure(credentials({ clientSecret: async () => reference }).token(signal));
    expect(error).toMatchObject({
      code: 'secret-reference',
      advice: expect.stringContaining('client_secret_file'),
    });
    expect(sent).toHaveLength(0);
  },
);

test('with neither secret nor certificate nothing can ever work', async () => {
  const { credentials } = await emulate();
  const error = await failure(credentials({ clientSecret: undefined }).token(signal));
  expect(error).toMatchObject({ code: 'no-credential', retry: { kind: 'never' } });
});

describe('the answer of a token endpoint', () => {
  async function ask(answer: Answer): Promise<OperatorError & { server: LocalServer }> {
    const server = await startServer(answer);
    open.push(() => server.close());
    const tokens = new ClientCredentials({
      login: server.url,
      tenant: 'contoso.example',
      clientId: 'client',
      clientSecret: async () => 'a secret of a client',
      certificate: undefined,
      scope: 'x/.default',
      send: sender(),
      clock: new ManualClock(),
    });
    return Object.assign(await failure(tokens.token(signal)), { server });
  }

  const refuse =
    (code: number, status = 401): Answer =>
    (_, response, body) => {
      const text = {
        error: 'invalid_client',
        error_description: `AADSTS${code}: What it says.\r\nTrace ID: 1\r\n${body}`,
        error_codes: [code],
      };
      response
        .writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
        .end(JSON.stringify(text));
    };

  test.each(aadstsCatalogue.flatMap(({ codes, cause, fix }) => codes.map((code) => ({ code, cause, fix }))))(
    'AADSTS$code is explained',
    async ({ code, cause, fix }) => {
      const error = await ask(refuse(code, code % 2 === 0 ? 400 : 401));
      expect(error.code).toBe(`AADSTS${code}`);
      expect(error.message).toContain(cause);
      expect(error.message).toContain('contoso.example');
      expect(error.advice).toBe(fix);
      expect(error.retry.kind).toBe('later');
      expect(JSON.stringify(error) + error.message).not.toContain('a secret of a client');
    },
  );

  test('that is put off is asked for again when Entra says', async () => {
    const busy: Answer = (_, response) =>
      response
        .writeHead(429, { 'retry-after': '120', 'content-type': 'application/json' })
        .end('{"error":"temporarily_unavailable","error_description":"AADSTS90055: Too many requests."}');
    expect(await ask(busy)).toMatchObject({
      code: 'AADSTS90055',
      retry: { kind: 'later', afterMs: 120_000 },
    });
  });

  test('with a code nobody knows says what Entra says', async () => {
    const error = await ask(refuse(7_654_321));
    expect(error.code).toBe('AADSTS7654321');
    expect(error.message).toContain('What it says.');
    expect(error.message).not.toContain('\n');
  });

  test.each<[string, Answer]>([
    ['a page of a proxy', (_, response) => response.end('<html>Please sign in</html>')],
    [
      'no token',
      (_, response) => response.setHeader('content-type', 'application/json').end('{"token_type":"Bearer"}'),
    ],
    ['a 502 in HTML', (_, response) => response.writeHead(502).end('<html>Bad gateway</html>')],
    ['nothing', (_, response) => response.destroy()],
  ])('that is %s is an error to be tried again', async (_, answer) => {
    expect(await ask(answer)).toMatchObject({ retry: { kind: 'later' } });
  });
});

describe('a tenant', () => {
  test('is resolved from a domain to its GUID', async () => {
    const { emulator, tenant } = await emulate({ domain: 'contoso.example' });
    expect(await resolveTenant(sender(), emulator.url, ' contoso.example ', signal)).toBe(tenant.tenantId);
  });

  test('that is a GUID is not asked for', async () => {
    const guid = '0B1C2D3E-4F50-4617-8291-A2B3C4D5E6F7';
    expect(await resolveTenant(sender(), 'http://127.0.0.1:1', guid, signal)).toBe(guid.toLowerCase());
  });

  test('that nobody knows is an error that names it', async () => {
    const { emulator } = await emulate();
    const error = await failure(resolveTenant(sender(), emulator.url, 'nobody.example', signal));
    expect(error).toMatchObject({ code: 'AADSTS90002', message: expect.stringContaining('nobody.example') });
    expect(error.advice).toContain('tenant_id');
  });

  test('without a GUID in its document stays unresolved', async () => {
    const server = await startServer((_, response) => response.end('{"issuer":"https://x/{tenantid}/v2.0"}'));
    open.push(() => server.close());
    expect(await failure(resolveTenant(sender(), server.url, 'organizations', signal))).toMatchObject({
      code: 'tenant-unresolved',
    });
  });
});

test('a token that is no JWT has no claims', () => {
  expect(readTokenClaims('opaque')).toBeUndefined();
  expect(missingRoles(undefined, ['ActivityFeed.Read'])).toBeUndefined();
});
