// Errors that know their own policy: whether to try again and when, whether a person is needed, and what to tell them.
// Which code of Microsoft's means what is the catalogue's business, not this file's.

import { Secrets } from './secrets.ts';

/** Whether trying the same thing again can help. */
export type Retry =
  | { readonly kind: 'never' }
  /** Try again, not before `afterMs` when given. */
  | { readonly kind: 'later'; readonly afterMs?: number | undefined };

/** What was said with a token is printed long before this. */
const lateLinesMs = 600_000;

export interface OperatorErrorFields {
  /** AF…, AADSTS…, or a short name of ours in kebab case. */
  readonly code: string;
  /** What failed and on what, in one line. */
  readonly message: string;
  /** What to do about it, in one line. */
  readonly advice: string;
  readonly retry: Retry;
  /** Nothing gets better until a person acts, though it may be tried again then. Absent: what is never tried again does. */
  readonly needsOperator?: boolean | undefined;
  readonly cause?: unknown;
}

const secrets = new Secrets();

/** Makes a value unprintable in every error and log line from here on. Call it wherever a secret is first read. */
export function protectSecret(value: string): void {
  secrets.protect(value);
}

/** For what ends by itself and is replaced, such as a token: kept so long that no late line can hold it. */
export function protectWhileValid(value: string, endsAt: number, now: number): void {
  secrets.protectUntil(value, endsAt + lateLinesMs, now);
}

/** Replaces every protected secret, and anything that looks like a bearer token or a client assertion. */
export function redact(text: string): string {
  return secrets.redact(text);
}

/** A failure that is explained to the person who runs the collector. Its text never holds a secret. */
export class OperatorError extends Error {
  readonly code: string;
  readonly advice: string;
  readonly retry: Retry;
  readonly needsOperator: boolean;

  constructor(fields: OperatorErrorFields) {
    super(redact(fields.message), fields.cause === undefined ? {} : { cause: fields.cause });
    this.name = 'OperatorError';
    this.code = fields.code;
    this.advice = redact(fields.advice);
    this.retry = fields.retry;
    this.needsOperator = fields.needsOperator ?? fields.retry.kind === 'never';
  }
}

/** One line for a person, from whatever was thrown. */
export function describeError(error: unknown): string {
  if (error instanceof OperatorError) return `${error.message} ${error.advice}`.trim();
  if (error instanceof Error) return redact(error.message.split('\n', 1)[0] ?? error.name);
  return redact(String(error));
}

/** Whether waiting may help, without anybody doing anything. */
export function mayMendItself(error: unknown): error is OperatorError {
  return error instanceof OperatorError && error.retry.kind === 'later' && !error.needsOperator;
}

/** Of a run that collects once, which ends over what may mend itself: that it is tried again is not true any more. */
export function afterTries(error: OperatorError, tries: number): OperatorError {
  const advice = /tried again/.test(error.advice) ? '' : error.advice;
  const end = `It was tried ${tries} times; a run that collects once ends then. Nothing is lost: the next run goes on.`;
  const { code, message, retry, needsOperator } = error;
  return new OperatorError({
    code,
    message,
    advice: `${advice} ${end}`.trim(),
    retry,
    needsOperator,
    cause: error,
  });
}
