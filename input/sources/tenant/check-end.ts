// Says in `m365 check` when the credential of a tenant ends.

import { judgeEnd } from '../../contract/credential-end.ts';
import { type Finding, note, ok } from '../../contract/finding.ts';
import type { CredentialEnd } from '../../contract/telemetry.ts';

/** Nothing where the end is not known. `now` is in milliseconds since the epoch. */
export function* checkEnd({ kind, endsAt }: CredentialEnd, now: number): Generator<Finding> {
  if (endsAt === undefined) return;
  const { nearness, text } = judgeEnd(endsAt, now);
  yield nearness === 'far' ? ok(kind, `It ${text}.`) : note(kind, `It ${text}.`, 'Make the next one soon.');
}
