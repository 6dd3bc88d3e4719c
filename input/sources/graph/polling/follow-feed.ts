// Follows one feed: polls it every interval, waits longer and longer where that fails, and says how it goes.

import { describeError, OperatorError, waitAskedBy } from '../../../contract/errors.ts';
import { minuteMs } from '../../../contract/time.ts';
import { backOff } from '../../../http/back-off.ts';
import { warnOfClock, warnOfCredential } from '../../tenant/warnings.ts';
import type { GraphFeed, GraphStream } from '../stream.ts';

const pause = { firstMs: 5_000, mostMs: 5 * minuteMs };
const onceAttempts = 6;
const oncePause = { firstMs: 1000, mostMs: 10_000 };

export interface Followed {
  readonly stream: GraphStream;
  readonly feed: GraphFeed;
  /** Rejects with what kept it from going well. `begunAt` is by the clock of the environment. */
  readonly poll: (begunAt: number, signal: AbortSignal) => Promise<void>;
}

/** Ends with the signal or, where the stream collects once, with the first poll that goes well. */
export async function followFeed(followed: Followed, signal: AbortSignal): Promise<void> {
  const { environment, options, gate } = followed.stream;
  const { clock, random, once } = environment;
  let isFirst = true;
  for (let failures = 0; ; ) {
    const ticket = await gate.pass(signal);
    const begunAt = clock.now();
    const error = await tryPoll(followed, begunAt, signal);
    if (error === undefined) {
      gate.succeeded(ticket);
      if (once) return;
      // The first polls of all tenants fall together, and the others are spread over the interval.
      const share = failures === 0 && isFirst ? random() : 1;
      isFirst = false;
      failures = 0;
      await clock.sleep(Math.max(0, begunAt + options.intervalMs * share - clock.now()), signal);
      continue;
    }
    if (gate.failed(ticket, error)) continue;
    failures += 1;
    const asked = waitAskedBy(error) ?? 0;
    if (once && (failures >= onceAttempts || asked >= minuteMs)) {
      // Whatever it is, this run goes without the feed, and its exit code says so.
      return report(followed.feed, error, 'failed');
    }
    await clock.sleep(Math.max(asked, backOff(failures, once ? oncePause : pause, random)), signal);
  }
}

/** Returns what kept the poll from going well; throws only where the signal aborted. */
async function tryPoll({ stream, feed, poll }: Followed, begunAt: number, signal: AbortSignal) {
  try {
    await poll(begunAt, signal);
    feed.status.set('reading', { health: 'healthy', message: 'collecting' });
    warnOfCredential(stream);
    warnOfClock(stream);
    return undefined;
  } catch (error) {
    if (signal.aborted) throw error;
    report(feed, error, error instanceof OperatorError && error.needsOperator ? 'failed' : 'degraded');
    return error;
  }
}

function report({ feed, status }: GraphFeed, error: unknown, health: 'failed' | 'degraded'): void {
  status.set('reading', {
    health,
    code: error instanceof OperatorError ? error.code : 'state',
    needsOperator: error instanceof OperatorError && error.needsOperator,
    message: `${feed.name} cannot be read: ${describeError(error)}`,
  });
}
