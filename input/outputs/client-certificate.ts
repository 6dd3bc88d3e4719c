// Tells when the certificate ends with which an output names itself to a cluster. Nothing can be delivered after that.

import { judgeEnd } from '../contract/credential-end.ts';
import { type Finding, note, ok } from '../contract/finding.ts';
import type { Report } from '../contract/telemetry.ts';
import { endOfCertificate } from '../http/tls.ts';
import type { OutputPolicy } from './output-policy.ts';

const advice =
  'Have a new one issued, set ssl.certificate and ssl.key to it, and start anew: they are read when the output is opened.';

export const certificateEndsCode = 'output-certificate-ends';

/** Milliseconds since the epoch; undefined where the output has none, or one that cannot be read. */
export function endOfClientCertificate(output: OutputPolicy): number | undefined {
  const certificate = output.type === 'elasticsearch' ? output.options.ssl?.certificate : undefined;
  return certificate === undefined ? undefined : endOfCertificate(certificate, 'ssl.certificate');
}

/** Undefined while there is nothing to be warned of. */
export function warnOfClientCertificate(endsAt: number, now: number): Report | undefined {
  const { nearness, text } = judgeEnd(endsAt, now);
  if (nearness === 'far') return undefined;
  return {
    health: nearness === 'soon' ? 'waiting' : 'degraded',
    code: certificateEndsCode,
    message: `The client certificate of the output ${text}. ${advice}`,
  };
}

export function checkClientCertificate(endsAt: number, now: number): Finding {
  const { nearness, text } = judgeEnd(endsAt, now);
  const message = `It ${text}.`;
  return nearness === 'far' ? ok('client certificate', message) : note('client certificate', message, advice);
}
