// Errors that know their own policy: whether to try again and when, whether a person is needed, and what to tell them.
// Which code of Microsoft's means what is the catalogue's business, not this file's.

/** Whether trying the same thing again can help. */
export type Retry =
  | { readonly kind: 'never' }
  /** Try again, not before `afterMs` when given. */
  | { readonly kind: 'later'; readonly afterMs?: number | undefined };

export interface OperatorErrorFields {
  /** AF…, AADSTS…, or a short name of ours in kebab case. */
  readonly code: string;
  /** What failed and on what, in one line. */
  readonly message: string;
  /** What to do about it, in one line. */
  readonly advice: string;
  readonly retry: Retry;
  readonly cause?: unknown;
}

const secrets = new Set<string>();

/** Makes a value unprintable in every error and log line from here on. Call it wherever a secret is first read. */
export function protectSecret(value: string): void {
  if (value.length >= 4) secrets.add(value);
}

/** Replaces every protected secret, and anything that looks like a bearer token or a client assertion. */
export function redact(text: string): string {
  let clean = text;
  for (const secret of secrets) clean = clean.replaceAll(secret, '[redacted]');
  return clean.replace(/eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g, '[redacted token]');
}

/** A failure that is explained to the person who runs the collector. Its text never holds a secret. */
export class OperatorError extends Error {
  readonly code: string;
  readonly advice: string;
  readonly retry: Retry;

  constructor(fields: OperatorErrorFields) {
    super(redact(fields.message), fields.cause === undefined ? {} : { cause: fields.cause });
    this.name = 'OperatorError';
    this.code = fields.code;
    this.advice = redact(fields.advice);
    this.retry = fields.retry;
  }
}

/** One line for a person, from whatever was thrown. */
export function describeError(error: unknown): string {
  if (error instanceof OperatorError) return `${error.message} ${error.advice}`.trim();
  if (error instanceof Error) return redact(error.message.split('\n', 1)[0] ?? error.name);
  return redact(String(error));
}
