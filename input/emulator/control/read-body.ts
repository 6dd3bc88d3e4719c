// Reads the JSON body of a control request and checks it; an error names the property that is wrong.

import type { ValidateFunction } from 'ajv';
import { refuseControl } from './request.ts';

/** Returns the JSON schema of an object with these properties and no others. */
export const describeObject = (
  properties: Readonly<Record<string, object>>,
  required: readonly string[] = [],
): object => ({ type: 'object', additionalProperties: false, properties, required });

/** Parses and checks a body. Throws an OperatorError that says what is wrong with it. */
export function readBody<T>(validate: ValidateFunction<T>, body: string): T {
  const value = readJson(body);
  if (validate(value)) return value;
  const [error] = validate.errors ?? [];
  const extra = error?.params.additionalProperty;
  throw refuseControl(
    extra === undefined
      ? `The request body${error?.instancePath.replaceAll('/', '.')} ${error?.message}.`
      : `The request body has an unknown property "${extra}".`,
  );
}

/** Throws an OperatorError when the text is no JSON. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refuseControl('The request body is no JSON.');
  }
}

/** Returns milliseconds since the epoch. Throws an OperatorError when the text, an ISO 8601 time, is none. */
export function readInstant(text: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw refuseControl(`"${text}" is no time.`);
  return ms;
}
