import { describe, expect, test } from '@jest/globals';
import type { HttpResponse, Send } from '../../input/http/exchange.ts';
import { type RateLimitOptions, rateLimit } from '../../input/http/rate-limit.ts';
import { ManualClock } from './manual-clock.ts';

const minute = 60_000;
const { signal } = new AbortController();
const ok: HttpResponse = { status: 200, header: () => undefined, body: (async function* () {})() };

class Throttled extends Error {
  readonly afterMs: number | undefined;
  constructor(afterMs?: number) {
    super('AF429');
    this.afterMs = afterMs;
  }
}

interface BudgetTest {
  readonly clock: ManualClock;
  readonly times: number[];
  readonly pauses: { until: number; sent: number }[];
  resumed: number;
  ask(count: number): Promise<void>;
  /** The server's answers to the requests to come. */
  answer: () => void;
}

function budget(requestsPerMinute: number, over: Partial<RateLimitOptions> = {}): BudgetTest {
  const clock = new ManualClock();
  const times: number[] = [];
  const asked: BudgetTest = {
    clock,
    times,
    pauses: [],
    resumed: 0,
    answer: () => {},
    ask: async (count) => {
      await Promise.allSettled(
        Array.from({ length: count }, () => send({ method: 'GET', url: 'x', signal })),
      );
    },
  };
  const server: Send = async () => {
    times.push(clock.now());
    asked.answer();
    return ok;
  };
  const send = rateLimit({
    clock,
    random: () => 1,
    requestsPerMinute,
    throttling: (error) => (error instanceof Throttled ? { afterMs: error.afterMs } : undefined),
    onPause: (until, sent) => asked.pauses.push({ until, sent }),
    onResume: () => {
      asked.resumed += 1;
    },
    ...over,
  })(server);
  return asked;
}

/** The most requests in any window of this length. */
function mostWithin(times: readonly number[], ms: number): number {
  return Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + ms).length));
}

describe('the request budget of a tenant', () => {
  test.each([1, 7, 60, 500])(
    'lets no more than %i through in any minute, and not much less',
    async (limit) => {
      const asked = budget(limit);
      void asked.ask(limit * 4);
      await asked.clock.advance(3 * minute);
      expect(mostWithin(asked.times, minute)).toBeLessThanOrEqual(limit);
      expect(asked.times.length).toBeGreaterThanOrEqual(Math.floor(limit * 3 * 0.9) - 1);
    },
  );

  test('lets the first ones through at once', async () => {
    const asked = budget(2000);
    await asked.ask(100);
    expect(asked.times).toHaveLength(100);
  });

  test('serves in the order of asking', async () => {
    const clock = new ManualClock();
    const order: string[] = [];
    const send = rateLimit({ clock, random: () => 0, requestsPerMinute: 60, throttling: () => undefined })(
      async ({ url }) => {
        order.push(url);
        return ok;
      },
    );
    const urls = Array.from({ length: 20 }, (_, at) => String(at));
    void Promise.all(urls.map((url) => send({ method: 'GET', url, signal })));
    await clock.advance(minute);
    expect(order).toEqual(urls);
  });

  test('stops waiting when the signal aborts', async () => {
    const clock = new ManualClock();
    const stop = new AbortController();
    const send = rateLimit({ clock, random: () => 0, requestsPerMinute: 1, throttling: () => undefined })(
      async () => ok,
    );
    await send({ method: 'GET', url: '1', signal: stop.signal });
    const second = send({ method: 'GET', url: '2', signal: stop.signal });
    stop.abort(new Error('stopped'));
    await expect(second).rejects.toThrow('stopped');
  });
});

describe('when the service throttles', () => {
  const throttleOnce = (asked: BudgetTest, afterMs?: number) => {
    asked.answer = () => {
      asked.answer = () => {};
      throw new Throttled(afterMs);
    };
  };

  test('everyone waits as long as it asks', async () => {
    const asked = budget(600);
    throttleOnce(asked, 45_000);
    await asked.ask(1);
    const start = asked.clock.now();
    void asked.ask(5);
    await asked.clock.advance(44_000);
    expect(asked.times).toHaveLength(1);
    await asked.clock.advance(5000);
    expect(asked.times.slice(1).every((at) => at >= start + 45_000)).toBe(true);
    expect(asked.times).toHaveLength(6);
    expect(asked.resumed).toBe(1);
  });

  test('requests that were under way do not lengthen the pause', async () => {
    const asked = budget(600);
    asked.answer = () => {
      throw new Throttled();
    };
    await asked.ask(8);
    expect(asked.pauses).toHaveLength(1);
    expect(asked.pauses[0]?.until).toBe(asked.clock.now() + 30_000);
  });

  test('pauses grow from half a minute to ten minutes while it goes on', async () => {
    const asked = budget(600);
    asked.answer = () => {
      throw new Throttled();
    };
    const lengths: number[] = [];
    for (let pause = 0; pause < 7; pause++) {
      void asked.ask(1);
      await asked.clock.advance(11 * minute);
      lengths.push((asked.pauses[pause]?.until ?? 0) - (asked.times[pause] ?? 0));
    }
    expect(lengths.map((ms) => ms / 1000)).toEqual([30, 60, 120, 240, 480, 600, 600]);
  });

  test('it goes on at half the speed, and recovers within minutes', async () => {
    const asked = budget(600);
    throttleOnce(asked, 1000);
    void asked.ask(5500);
    await asked.clock.advance(1000);
    const within = (from: number, to: number) => {
      const start = asked.times[0] ?? 0;
      return asked.times.filter((at) => at >= start + from && at < start + to).length;
    };
    await asked.clock.advance(9 * minute);
    expect(within(2000, minute)).toBeLessThanOrEqual(330);
    expect(within(2000, minute)).toBeGreaterThan(200);
    expect(within(8 * minute, 9 * minute)).toBeGreaterThanOrEqual(540);
  });

  test('it is told how little was sent: somebody else must be asking', async () => {
    const asked = budget(2000);
    await asked.ask(4);
    throttleOnce(asked);
    await asked.ask(1);
    expect(asked.pauses[0]?.sent).toBe(5);
  });
});
