import { describe, expect, test } from '@jest/globals';
import { HttpError } from '../../../input/http/exchange.ts';
import { throttling } from '../../../input/sources/management-activity/api/api.ts';
import { ApiError, explainApiError } from '../../../input/sources/management-activity/api/api-error.ts';
import { errorCatalogue } from '../../../input/sources/management-activity/api/error-catalogue.ts';

function explain(status: number, text: string, retryAfterMs?: number): ApiError {
  const url = 'https://manage.office.com/api/v1.0/x';
  const error = explainApiError(new HttpError({ status, url, text, retryAfterMs, date: undefined }));
  if (!(error instanceof ApiError)) throw new Error('no ApiError');
  return error;
}

const afMs = (error: ApiError) => (error.retry.kind === 'later' ? error.retry.afterMs : 'never');
const known = errorCatalogue.filter(({ code }) => code.startsWith('AF'));

describe('an AF code', () => {
  const shapes: [string, (code: string) => string][] = [
    ['as JSON', (code) => JSON.stringify({ error: { code, message: 'What it says.' } })],
    ['in single quotes', (code) => `{'error':{'code':'${code}','message':'What it says. Method=GetBlob'}}`],
    [
      'in the message alone',
      (code) => JSON.stringify({ error: { code: 'BadRequest', message: `${code}: What it says.` } }),
    ],
    ['in plain text', (code) => `Error ${code}: What it says.`],
    ['cut off', (code) => `{"error":{"code":"${code}","message":"What it s`],
  ];
  test.each(shapes)('is found %s, whatever the status', (_, write) => {
    for (const { code, cause, fix, effect } of known) {
      for (const status of [200, 400, 401, 403, 404, 429, 500]) {
        const error = explain(status, write(code));
        expect([error.code, error.entry?.effect, error.advice]).toEqual([code, effect, fix]);
        expect(error.message).toContain(`${code}: ${cause}`);
        expect(error.message).not.toContain('\n');
      }
    }
  });

  test('nobody knows is tried again, with what Microsoft says', () => {
    const error = explain(400, '{"error":{"code":"AF99999","message":"Something new."}}');
    expect(error).toMatchObject({ code: 'AF99999', entry: undefined, retry: { kind: 'later' } });
    expect(error.message).toContain('Something new.');
  });

  test('the catalogue has every code of the API reference, once, with something to read', () => {
    const codes = errorCatalogue.map(({ code }) => code);
    const documented = [
      10001, 20001, 20002, 20003, 20010, 20011, 20012, 20013, 20020, 20021, 20022, 20023, 20024, 20030,
    ]
      .concat([20031, 20050, 20051, 20052, 20053, 20054, 20055, 429, 50000, 50005, 50006])
      .map((number) => `AF${number}`);
    expect(codes).toEqual(expect.arrayContaining(documented));
    expect(new Set(codes).size).toBe(codes.length);
    for (const { cause, fix } of errorCatalogue) {
      expect(cause).toMatch(/^[A-Z].*\.$/);
      expect(fix).toMatch(/^$|^[A-Z].*\.$/);
    }
  });
});

describe('throttling', () => {
  test.each([
    [403, '{"error":{"code":"AF429","message":"Too many requests."}}'],
    [429, "{'error':{'code':'AF429','message':'Too many requests. Method=GetBlob, PublisherId=0'}}"],
    [200, '{"error":{"code":"AF429","message":"Too many requests."}}'],
    [429, ''],
    [429, '<html>Too many</html>'],
  ])('is known by its code, or its status: %i %s', (status, text) => {
    expect(throttling(explain(status, text))).toEqual({ afterMs: undefined });
    expect(throttling(explain(status, text, 5000))).toEqual({ afterMs: 5000 });
  });

  test.each([
    [
      429,
      '{"error":{"code":"AF429","message":"Too many frequent subscription start requests. Please retry again after 14m 56s"}}',
    ],
    [
      403,
      '{"error":{"code":"429","message":"Too many frequent subscription start requests. Please retry again after 14m 56s"}}',
    ],
  ])('is something else when subscriptions are started too often: %i', (status, text) => {
    const error = explain(status, text);
    expect(throttling(error)).toBeUndefined();
    expect(error.code).toBe('start-cool-down');
    expect(afMs(error)).toBe(896_000);
  });
});

describe('without a code', () => {
  const trace = ' at Microsoft.Office.Compliance.Audit.X.Y()\r\n   at Z()';
  test.each([
    JSON.stringify({
      error: {
        code: 'StartSubscription [CorrId=1][TenantId=2,ContentType=Audit.Exchange,ApplicationId=3,PublisherId=4][AppId',
        message: `: DataServiceException: Tenant 11111111-2222-3333-4444-555555555555 does not exist.\r\n  ${trace}`,
      },
    }),
    'StartSubscription [CorrId=1][TenantId=2]: Tenant 2 does not exist',
  ])('auditing that is off is recognised, and told on one line', (text) => {
    const error = explain(400, text);
    expect(error.code).toBe('auditing-off');
    expect(error.advice).toContain('UnifiedAuditLogIngestionEnabled');
    expect(error.message).not.toMatch(/\n|Compliance\.Audit\.X/);
  });

  test('a disabled subscription is recognised by its sentence', () => {
    expect(explain(400, 'The subscription was disabled.').code).toBe('AF20023');
  });

  test.each([
    [401, '', 'unauthorized'],
    [403, '', 'forbidden'],
    [403, '<html><title>Blocked by policy</title>', 'forbidden'],
    [404, '<html>Not found</html>', 'http-404'],
    [500, 'oops', 'http-500'],
  ])('the status decides: %i %s', (status, text, code) => {
    const error = explain(status, text);
    expect(error).toMatchObject({ code, retry: { kind: 'later' } });
    expect(error.message.length).toBeLessThan(400);
  });

  test('a page of HTML is shown by its beginning', () => {
    const error = explain(503, `<html>\n  <h1>Service   unavailable</h1>${'x'.repeat(9000)}`);
    expect(error.message).toContain('<html> <h1>Service unavailable</h1>');
    expect(error.message.length).toBeLessThan(300);
  });
});
