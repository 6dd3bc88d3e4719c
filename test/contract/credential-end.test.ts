// How soon the end of a secret or a certificate is told of, to the millisecond.

import { describe, expect, test } from '@jest/globals';
import { judgeEnd } from '../../input/contract/credential-end.ts';
import type { Report } from '../../input/contract/telemetry.ts';
import { ClockSkew } from '../../input/http/clock-skew.ts';
import { checkClientCertificate, warnOfClientCertificate } from '../../input/outputs/client-certificate.ts';
import { checkEnd } from '../../input/sources/tenant/check-end.ts';
import { FeedStatus } from '../../input/sources/tenant/feed-status.ts';
import { warnOfCredential } from '../../input/sources/tenant/warnings.ts';
import { recordingLog, steppingClock } from '../state/state-folder.ts';

const day = 86_400_000;
const clock = steppingClock();
const now = clock.now();

/** What the status of a tenant says. */
function warned(endsAt: number): Report | undefined {
  const shown: Report[] = [];
  const telemetry = { report: (_: unknown, report: Report) => void shown.push(report), count() {}, lag() {} };
  const status = new FeedStatus({ kind: 'stream', tenant: 't', source: 's' }, telemetry, recordingLog());
  const stream = { tenantId: 't', skew: new ClockSkew(clock), status, environment: { clock, telemetry } };
  warnOfCredential({ ...stream, credentials: { end: { kind: 'secret', endsAt } } });
  return shown.find(({ code }) => code !== undefined);
}

describe.each([
  ['more than 30 days', 30 * day + 1, 'far', undefined, 'ok', 'in 30 days'],
  ['30 days', 30 * day, 'soon', 'waiting', 'note', 'in 30 days'],
  ['more than 7 days', 7 * day + 1, 'soon', 'waiting', 'note', 'in 7 days'],
  ['7 days', 7 * day, 'urgent', 'degraded', 'note', 'in 7 days'],
  ['less than a day', 1, 'urgent', 'degraded', 'note', 'in 0 days'],
  ['no time', 0, 'urgent', 'degraded', 'note', 'ended on'],
])('an end in %s', (_, left, nearness, health, state, words) => {
  const endsAt = now + left;

  test('is judged to the millisecond', () => {
    expect(judgeEnd(endsAt, now)).toEqual({ nearness, text: expect.stringContaining(words) });
  });

  test('of a tenant is told in its status and by check', () => {
    expect(warned(endsAt)?.health).toBe(health);
    const found = [...checkEnd({ kind: 'secret', endsAt }, now)];
    expect(found).toMatchObject([{ name: 'secret', state, message: expect.stringContaining(words) }]);
  });

  test('of the client certificate of an output is told in its state and by check', () => {
    expect(warnOfClientCertificate(endsAt, now)?.health).toBe(health);
    expect(checkClientCertificate(endsAt, now)).toMatchObject({ name: 'client certificate', state });
  });
});

test('a secret whose end nobody stated is not spoken of', () => {
  expect([...checkEnd({ kind: 'secret', endsAt: undefined }, now)]).toEqual([]);
});
