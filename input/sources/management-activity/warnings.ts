// What is going to be a problem, or already is one that was got around: the certificate's end, and a wrong clock.

import { clockTime, type Stream } from './stream.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
const certificateMentionedMs = 30 * day;
const certificateUrgentMs = 7 * day;
const skewMentionedMs = 5 * minute;

/** Of a client secret nobody but Entra ID knows the end. */
export function warnOfCertificate({ credentials, environment, status }: Stream): void {
  const end = credentials.certificateExpiresAt;
  if (end === undefined) return;
  const left = end - environment.clock.now();
  if (left > certificateMentionedMs) {
    status.set('certificate', undefined);
    return;
  }
  const days = Math.max(0, Math.floor(left / day));
  status.set('certificate', {
    health: left > certificateUrgentMs ? 'waiting' : 'degraded',
    code: 'certificate-ends',
    message: `The certificate ends on ${new Date(end).toISOString().slice(0, 10)}, in ${days} days. Upload a new one to the app registration and configure it here.`,
  });
}

/** Windows and expiry follow Microsoft's clock; everything else on this machine does not. */
export function warnOfClock({ skew, environment, status }: Stream): void {
  const minutes = Math.round(Math.abs(skew.ms) / minute);
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
