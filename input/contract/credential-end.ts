// Judges how soon a secret or a certificate ends, for whoever tells the operator in time.

import { dayMs, isoTime } from './time.ts';

const mentionedMs = 30 * dayMs;
const urgentMs = 7 * dayMs;

export interface EndJudgement {
  /** Soon within 30 days, urgent within seven, and when it is over. */
  readonly nearness: 'far' | 'soon' | 'urgent';
  /** The end, as a sentence goes on: "ends on 2027-03-01, in 12 days". */
  readonly text: string;
}

/** Both in milliseconds since the epoch. */
export function judgeEnd(endsAt: number, now: number): EndJudgement {
  const left = endsAt - now;
  const days = Math.max(0, Math.floor(left / dayMs));
  const text = `${left > 0 ? 'ends' : 'ended'} on ${isoTime(endsAt).slice(0, 10)}`;
  return {
    nearness: left > mentionedMs ? 'far' : left > urgentMs ? 'soon' : 'urgent',
    text: left > 0 ? `${text}, in ${days} days` : text,
  };
}
