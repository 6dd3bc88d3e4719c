// Shows settings without what is secret in them. Keys are judged by their names, since settings may be there that nobody
// here has read, and so nobody has protected.

import { redact } from '../../contract/errors.ts';

const secretKey =
  /secret|password|passphrase|token|api_?key|^key$|private|credential|certificate$|authorization|^auth|cookie/i;
/** A file name or a date is no secret; nor is who may have signed a certificate. */
const harmlessKey = /_file$|_ends$|_expires$|_expiry$|certificate_authorities|token_url/i;
const hidden = '[redacted]';

/** Returns the same structure with secrets replaced. */
export function redactSettings(value: unknown, key = ''): unknown {
  if (value === null || value === undefined || value === '') return value;
  if (secretKey.test(key) && !harmlessKey.test(key)) return hidden;
  if (typeof value === 'string') return redact(hideUserInfo(value));
  if (Array.isArray(value)) return value.map((item: unknown) => redactSettings(item));
  if (typeof value !== 'object') return value;
  // Any header may be one that lets somebody in.
  const isHeaders = /headers$/i.test(key);
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, isHeaders ? hidden : redactSettings(each, name)]),
  );
}

function hideUserInfo(text: string): string {
  return text.replace(/(:\/\/)[^/?#\s]*@/g, `$1${hidden}@`);
}
