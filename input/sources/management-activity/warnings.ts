// Warns of coming problems, and of those that were got around: the credential's end, and a wrong clock.

import { dayMs, minuteMs } from '../../contract/time.ts';
import { clockTime, type Stream } from './stream.ts';

const mentionedMs = 30 * dayMs;
const urgentMs = 7 * dayMs;
const skewMentionedMs = 5 * minuteMs;

/** It also passes the end on to the reports while nothing is wrong yet. */
export function warnOfCredential({ tenantId, credentials, environment, status }: Stream): void {
  const { kind, endsAt } = credentials.end;
  environment.telemetry.credential?.(tenantId, { kind, endsAt });
  if (endsAt === undefined) return;
  const left = endsAt - environment.clock.now();
  if (left > mentionedMs) {
    status.set('credential', undefined);
    return;
  }
  const days = Math.max(0, Math.floor(left / dayMs));
  const [name, advice] = renewal[kind];
  status.set('credential', {
    health: left > urgentMs ? 'waiting' : 'degraded',
    code: `${kind}-ends`,
    message: `The ${name} ends on ${new Date(endsAt).toISOString().slice(0, 10)}, in ${days} days. ${advice}`,
  });
}

const renewal = {
  certificate: ['certificate', 'Upload a new one to the app registration and configure it here.'],
  secret: [
    'client secret',
    'Add a new one to the app registration and configure its Value here, with its new date.',
  ],
} as const;

/** Windows and expiry follow Microsoft's clock; everything else on this machine does not. */
export function warnOfClock({ skew, environment, status }: Stream): void {
  const minutes = Math.round(Math.abs(skew.ms) / minuteMs);
  if (Math.abs(skew.ms) < skewMentionedMs) {
    status.set('clock', undefined);
    return;
  }
  const now = clockTime(environment.clock.now());
  status.set('clock', {
    health: 'degraded',
    code: 'clock-skew',
    message: `The clock of this machine is ${minutes} minutes ${skew.ms > 0 ? 'behind' : 'ahead of'} Microsoft's (it says ${now}). Listings follow Microsoft's; set the clock (NTP).`,
  });
}
