// The request quota of one tenant: a token bucket that holds a minute's worth of requests and refills evenly.

import { minuteMs } from '../../../contract/time.ts';
import type { HttpAnswer } from '../../server/answer.ts';
import { answerAf } from './af-errors.ts';

export interface ThrottleOptions {
  /** The status of a refusal; `both` alternates. */
  readonly status: 403 | 429 | 'both';
  /** True when a refusal says after how many seconds to come back. */
  readonly retryAfter: boolean;
}

export class Throttle {
  private readonly options: ThrottleOptions;
  private level: number | undefined;
  private filledAt = 0;
  private refusals = 0;

  constructor(options: ThrottleOptions) {
    this.options = options;
  }

  /** Counts a request, at `now` in milliseconds since the epoch, and returns undefined when it may pass. */
  check(
    perMinute: number | undefined,
    now: number,
    method: string,
    publisher: string | undefined,
  ): HttpAnswer | undefined {
    if (perMinute === undefined) return undefined;
    const refill = Math.max(0, ((now - this.filledAt) / minuteMs) * perMinute);
    this.level = Math.min(perMinute, (this.level ?? perMinute) + (this.filledAt === 0 ? 0 : refill));
    this.filledAt = now;
    if (this.level < 1) return this.refuse(perMinute, method, publisher);
    this.level -= 1;
    return undefined;
  }

  private refuse(perMinute: number, method: string, publisher: string | undefined): HttpAnswer {
    this.refusals += 1;
    const { status, retryAfter } = this.options;
    const seconds = Math.ceil(((1 - (this.level ?? 0)) / perMinute) * 60);
    return answerAf('AF429', {
      status: status === 'both' ? (this.refusals % 2 === 1 ? 403 : 429) : status,
      message: `Too many requests. Method=${method}, PublisherId=${publisher ?? '00000000-0000-0000-0000-000000000000'}`,
      headers: retryAfter ? { 'Retry-After': String(seconds) } : {},
    });
  }
}
