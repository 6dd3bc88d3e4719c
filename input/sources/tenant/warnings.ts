// Warns of coming problems, and of those that were got around: the credential's end, and a wrong clock.

import { judgeEnd } from '../../contract/credential-end.ts';
import type { CredentialEnd } from '../../contract/telemetry.ts';
import { minuteMs } from '../../contract/time.ts';
import type { ClockSkew } from '../../http/clock-skew.ts';
import type { OpeningEnvironment } from '../source-kind.ts';
import { clockTime } from './clock-time.ts';
import type { FeedStatus } from './feed-status.ts';

const skewMentionedMs = 5 * minuteMs;

/** As much of a stream as there is to be warned of. */
export interface WarnedStream {
  /** GUID, lower case. */
  readonly tenantId: string;
  readonly environment: Pick<OpeningEnvironment, 'clock' | 'telemetry'>;
  readonly skew: ClockSkew;
  /** The state of the tenant as a whole. */
  readonly status: FeedStatus;
  readonly credentials: { readonly end: CredentialEnd };
}

/** It also passes the end on to the reports while nothing is wrong yet. */
export function warnOfCredential({ tenantId, credentials, environment, status }: WarnedStream): void {
  const { kind, endsAt } = credentials.end;
  environment.telemetry.credential?.(tenantId, { kind, endsAt });
  if (endsAt === undefined) return;
  const { nearness, text } = judgeEnd(endsAt, environment.clock.now());
  if (nearness === 'far') {
    status.set('credential', undefined);
    return;
  }
  const [name, advice] = renewal[kind];
  status.set('credential', {
    health: nearness === 'soon' ? 'waiting' : 'degraded',
    code: `${kind}-ends`,
    message: `The ${name} ${text}. ${advice}`,
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
export function warnOfClock({ skew, environment, status }: WarnedStream): void {
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
