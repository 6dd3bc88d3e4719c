// The subscriptions of one tenant: they are listed, started with a cool-down, and stopped. Content that becomes available
// while one is stopped is withheld for good.

import { minuteMs } from '../../../contract/time.ts';
import { answerJson, answerText, type HttpAnswer } from '../../server/answer.ts';
import { answerAf } from './af-errors.ts';
import type { ContentType } from './content/content-type.ts';
import type { EmulatedFeed } from './content/feed.ts';

export interface SubscriptionStatus {
  readonly enabled: boolean;
  /** Milliseconds since the epoch of its first start. */
  readonly startedAt: number;
}

interface SubscriptionEntry extends SubscriptionStatus {
  readonly withheld: { end(to: number): void } | undefined;
}

const cooldownMs = 15 * minuteMs;

export class TenantSubscriptions {
  private readonly feeds: ReadonlyMap<ContentType, EmulatedFeed>;
  private readonly cooldown: 'content-type' | 'tenant' | 'off';
  private readonly states = new Map<ContentType, SubscriptionEntry>();
  private readonly starts = new Map<string, number>();

  constructor(
    feeds: ReadonlyMap<ContentType, EmulatedFeed>,
    cooldown: 'content-type' | 'tenant' | 'off',
    existing: readonly ContentType[],
  ) {
    this.feeds = feeds;
    this.cooldown = cooldown;
    for (const contentType of existing) {
      this.states.set(contentType, {
        enabled: true,
        startedAt: Number.NEGATIVE_INFINITY,
        withheld: undefined,
      });
    }
  }

  get(contentType: ContentType): SubscriptionStatus | undefined {
    return this.states.get(contentType);
  }

  list(): HttpAnswer {
    return answerJson(
      200,
      [...this.states].map(([contentType, { enabled }]) => describe(contentType, enabled)),
    );
  }

  start(contentType: ContentType, now: number): HttpAnswer {
    const waitMs = this.cooldownLeft(contentType, now);
    if (waitMs > 0) return refuseFrequentStart(waitMs);
    const before = this.states.get(contentType);
    if (before?.enabled) return answerAf('AF20024');
    before?.withheld?.end(now);
    this.starts.set(this.cooldownKey(contentType), now);
    this.states.set(contentType, { enabled: true, startedAt: before?.startedAt ?? now, withheld: undefined });
    return answerJson(200, describe(contentType, true));
  }

  stop(contentType: ContentType, now: number): HttpAnswer {
    const before = this.states.get(contentType);
    if (!before) return answerAf('AF20022');
    if (before.enabled) {
      const withheld = this.feeds.get(contentType)?.withhold(now);
      this.states.set(contentType, { ...before, enabled: false, withheld });
    }
    return answerText(200, '', {});
  }

  private cooldownLeft(contentType: ContentType, now: number): number {
    if (this.cooldown === 'off') return 0;
    const last = this.starts.get(this.cooldownKey(contentType));
    return last === undefined ? 0 : last + cooldownMs - now;
  }

  private cooldownKey(contentType: ContentType): string {
    return this.cooldown === 'tenant' ? '' : contentType;
  }
}

const describe = (contentType: ContentType, enabled: boolean): object => ({
  contentType,
  status: enabled ? 'enabled' : 'disabled',
  webhook: null,
});

function refuseFrequentStart(waitMs: number): HttpAnswer {
  const seconds = Math.ceil(waitMs / 1000);
  const wait = `${Math.floor(seconds / 60)}m ${seconds % 60}s`;
  return answerAf('AF429', {
    status: 429,
    message: `Too many frequent subscription start requests. Please retry again after ${wait}.`,
  });
}
