// Says in time that the certificate ends. Of a client secret nobody but Entra ID knows the end.

import type { Stream } from './stream.ts';

const day = 86_400_000;
const mentionedMs = 30 * day;
const urgentMs = 7 * day;

export function warnOfCertificate({ credentials, environment, status }: Stream): void {
  const end = credentials.certificateExpiresAt;
  if (end === undefined) return;
  const left = end - environment.clock.now();
  if (left > mentionedMs) {
    status.set('certificate', undefined);
    return;
  }
  const days = Math.max(0, Math.floor(left / day));
  status.set('certificate', {
    health: left > urgentMs ? 'waiting' : 'degraded',
    code: 'certificate-ends',
    message: `The certificate ends on ${new Date(end).toISOString().slice(0, 10)}, in ${days} days. Upload a new one to the app registration and configure it here.`,
  });
}
