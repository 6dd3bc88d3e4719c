import { describe, expect, test } from '@jest/globals';
import { OperatorError, type Retry } from '../../input/contract/errors.ts';
import type { Feed } from '../../input/contract/feed.ts';
import type { Counter, Telemetry } from '../../input/contract/telemetry.ts';
import { authorize } from '../../input/http/authorize.ts';
import { backOff } from '../../input/http/back-off.ts';
import { ClockSkew, trackClockSkew } from '../../input/http/clock-skew.ts';
import { countRequests } from '../../input/http/count-requests.ts';
import { HttpError, type HttpRequest, type HttpResponse, type Send } from '../../input/http/exchange.ts';
import { retry } from '../../input/http/retry.ts';
import { ManualClock } from './manual-clock.ts';

const { signal } = new AbortController();
const request: HttpRequest = { method: 'GET', url: 'https://manage.office.com/x', signal };

function answer(headers: Record<string, string> = {}): HttpResponse {
  return { status: 200, header: (name) => headers[name], body: (async function* () {})() };
}

function httpError(status: number, date?: string): HttpError {
  return new HttpError({ status, url: request.url, text: '', retryAfterMs: undefined, date });
}

const failing = (code: string, policy: Retry) =>
  new OperatorError({ code, message: code, advice: '', retry: policy });

describe('retry', () => {
  test('tries again with growing pauses, and gives up in the end', async () => {
    const clock = new ManualClock();
    const times: number[] = [];
    const send = retry({ clock, random: () => 1, attempts: 4, firstMs: 1000, mostMs: 3000 })(async () => {
      times.push(clock.now());
      throw failing('busy', { kind: 'later' });
    });
    const sent = expect(send(request)).rejects.toMatchObject({ code: 'busy' });
    await clock.advance(60_000);
    await sent;
    expect(times.map((at) => at - (times[0] ?? 0))).toEqual([0, 1000, 3000, 6000]);
  });

  test('waits at least as long as the error asks', async () => {
    const clock = new ManualClock();
    let attempts = 0;
    const start = clock.now();
    const send = retry({ clock, random: () => 0 })(async () => {
      attempts += 1;
      if (attempts === 1) throw failing('busy', { kind: 'later', afterMs: 20_000 });
      return answer({ at: String(clock.now() - start) });
    });
    const sent = send(request);
    await clock.advance(60_000);
    expect((await sent).header('at')).toBe('20000');
  });

  test.each([failing('wrong', { kind: 'never' }), new TypeError('a fault of ours')])(
    'does not repeat what cannot be helped',
    async (error) => {
      let attempts = 0;
      const send = retry({ clock: new ManualClock(), random: () => 0 })(async () => {
        attempts += 1;
        throw error;
      });
      await expect(send(request)).rejects.toBe(error);
      expect(attempts).toBe(1);
    },
  );
});

test('a back-off grows, is bounded, and leaves half to chance', () => {
  const bounds = { firstMs: 1000, mostMs: 3_600_000 };
  expect(backOff(0, bounds, () => 0)).toBe(500);
  expect(backOff(3, bounds, () => 1)).toBe(8000);
  expect(backOff(1000, bounds, () => 1)).toBe(3_600_000);
});

describe('authorize', () => {
  function provider() {
    let issued = 0;
    let current: string | undefined;
    return {
      get issued() {
        return issued;
      },
      token: async () => {
        current ??= `token-${++issued}`;
        return current;
      },
      discard: (token: string) => {
        if (token === current) current = undefined;
      },
    };
  }

  const only =
    (good: string, seen: string[]): Send =>
    async ({ headers }) => {
      const token = headers?.authorization ?? '';
      seen.push(token);
      if (token !== `Bearer ${good}`) throw httpError(401);
      return answer();
    };

  test('sends the token, and renews it once when it is refused', async () => {
    const seen: string[] = [];
    const tokens = provider();
    await authorize(tokens)(only('token-2', seen))(request);
    expect(seen).toEqual(['Bearer token-1', 'Bearer token-2']);
  });

  test('renews it once for all who were refused together', async () => {
    const tokens = provider();
    const send = authorize(tokens)(only('token-2', []));
    await Promise.all([send(request), send(request), send(request)]);
    expect(tokens.issued).toBe(2);
  });

  test('does not renew it twice for one request', async () => {
    const seen: string[] = [];
    await expect(authorize(provider())(only('none', seen))(request)).rejects.toMatchObject({ status: 401 });
    expect(seen).toEqual(['Bearer token-1', 'Bearer token-2']);
  });

  test('does not repeat a request with a token that stayed the same', async () => {
    const seen: string[] = [];
    const tokens = { token: async () => 'same', discard: () => {} };
    await expect(authorize(tokens)(only('none', seen))(request)).rejects.toMatchObject({ status: 401 });
    expect(seen).toEqual(['Bearer same']);
  });
});

describe('clock skew', () => {
  const at = (clock: ManualClock, ms: number) => new Date(clock.now() + ms).toUTCString();

  test('is learned from answers and from errors', async () => {
    const clock = new ManualClock();
    const skew = new ClockSkew(clock);
    await trackClockSkew(skew)(async () => answer({ date: at(clock, 3_600_000) }))(request);
    expect(skew.ms).toBe(3_600_000);
    expect(skew.now()).toBe(clock.now() + 3_600_000);
    const failed = trackClockSkew(skew)(async () => {
      throw httpError(400, at(clock, -7_200_000));
    });
    await expect(failed(request)).rejects.toThrow();
    expect(skew.ms).toBe(-7_200_000);
  });

  test('of less than a minute is none', () => {
    const clock = new ManualClock();
    const skew = new ClockSkew(clock);
    skew.update(at(clock, 59_000));
    expect(skew.ms).toBe(0);
    skew.update('not a date');
    expect(skew.ms).toBe(0);
  });
});

test('requests are counted for their scope: sent, throttled, failed', async () => {
  const counts: Record<string, number> = {};
  const telemetry: Telemetry = {
    report: () => {},
    lag: () => {},
    count: (_: Feed, counter: Counter) => {
      counts[counter] = (counts[counter] ?? 0) + 1;
    },
  };
  const scope = { tenant: 't', source: 'management-activity', name: 'Audit.Exchange' };
  const outcomes = [undefined, httpError(429), httpError(500)];
  const send = countRequests(
    telemetry,
    (error) => error instanceof HttpError && error.status === 429,
  )(async () => {
    const error = outcomes.shift();
    if (error !== undefined) throw error;
    return answer();
  });
  for (let sent = 0; sent < 3; sent++) await send({ ...request, component: scope }).catch(() => {});
  expect(counts).toEqual({ requests: 3, throttled: 1, request_errors: 1 });
});
