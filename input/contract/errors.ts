// Errors that know their own policy: whether to try again and when, whether a person is needed, and what that person
// should do. The meanings of Microsoft's error codes stand in the source's catalogue.

import { Secrets } from './secrets.ts';

/** Says whether trying the same thing again can help. */
export type Retry =
  | { readonly kind: 'never' }
  /** Trying again can help, not before `afterMs` milliseconds where given. */
  | { readonly kind: 'later'; readonly afterMs?: number | undefined };

/** A line that may hold a token is printed long before this time has passed since the token's end. */
const lateLinesMs = 600_000;

export interface OperatorErrorFields {
  /** AF…, AADSTS…, or a short kebab-case name of this project's own. */
  readonly code: string;
  /** One line that says what failed and on what. */
  readonly message: string;
  /** One line that says what to do about it. */
  readonly advice: string;
  readonly retry: Retry;
  /**
   * True where nothing gets better until a person acts, even if it may be tried again then. Where absent, it is true
   * for whatever is never tried again.
   */
  readonly needsOperator?: boolean | undefined;
  readonly cause?: unknown;
}

const secrets = new Secrets();

/** Makes a value unprintable in every error and log line from here on. Whoever first reads a secret calls it. */
export function protectSecret(value: string): void {
  secrets.protect(value);
}

/**
 * Protects a secret that ends by itself and is replaced, such as a token, for so long that no late line can hold it.
 */
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

/** Describes whatever was thrown in one line for a person. */
export function describeError(error: unknown): string {
  if (error instanceof OperatorError) return `${error.message} ${error.advice}`.trim();
  if (error instanceof Error) return redact(error.message.split('\n', 1)[0] ?? error.name);
  return redact(String(error));
}

/** Tells whether waiting may help without anybody doing anything. */
export function mayMendItself(error: unknown): error is OperatorError {
  return error instanceof OperatorError && error.retry.kind === 'later' && !error.needsOperator;
}

/** Returns the wait in milliseconds that the error asks for; undefined where it asks for none. */
export function waitAskedBy(error: unknown): number | undefined {
  return error instanceof OperatorError && error.retry.kind === 'later' ? error.retry.afterMs : undefined;
}

/** Describes the error for a run that collects once and ends: it must not say that it is tried again. */
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
