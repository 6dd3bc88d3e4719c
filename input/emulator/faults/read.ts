// Checks a fault plan and says where it is wrong: `faults[2].fault.bytes must be integer`.

import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { closest } from 'fastest-levenshtein';
import { OperatorError } from '../../contract/errors.ts';
import { operations } from '../routes.ts';
import { hostileKinds } from './hostile.ts';
import type { FaultEntry, FaultKind } from './plan.ts';

const text = { type: 'string' } as const;
const whole = { type: 'integer', minimum: 0 } as const;
const status = { type: 'integer', minimum: 200, maximum: 599 } as const;
const moment = { enum: ['before-headers', 'after-headers', 'in-body'] } as const;
const textMap = { type: 'object', additionalProperties: text } as const;
const orMany = (one: object): object => ({ anyOf: [one, { type: 'array', items: one, minItems: 1 }] });

/** The properties of each kind; those with a `!` must be there. */
const kinds: Record<FaultKind, Record<string, object>> = {
  status: { 'status!': status, body: text, headers: textMap },
  af: {
    'code!': text,
    status,
    message: text,
    singleQuoted: { type: 'boolean' },
    retryAfter: { type: ['integer', 'string'] },
  },
  aadsts: { 'code!': whole, status, message: text },
  'not-json': { status, body: text },
  'error-map': { code: text, status },
  empty: { status },
  'auditing-off': {},
  'expired-token': {},
  redirect: { location: text, status },
  reset: { 'when!': moment, bytes: whole },
  hang: { 'when!': moment, bytes: whole, ms: whole },
  truncate: { 'bytes!': whole, 'declares!': { enum: ['more', 'what-comes'] } },
  trickle: { 'bytes!': { type: 'integer', minimum: 1 }, 'everyMs!': whole },
  delay: { 'ms!': whole },
  'clock-skew': { 'ms!': { type: 'integer' } },
  'next-page-header': { 'name!': text },
  'foreign-host': { 'in!': { enum: ['next-page', 'content-uri'] }, url: text },
  huge: { 'bytes!': whole, of: { enum: ['records', 'whitespace', 'one-record'] } },
  hostile: { 'records!': { type: 'array', items: { enum: hostileKinds }, minItems: 1 } },
};

const match = {
  type: 'object',
  additionalProperties: false,
  properties: {
    operation: orMany({ enum: operations }),
    path: text,
    method: text,
    tenant: text,
    contentType: text,
    contentId: text,
    nth: orMany({ type: 'integer', minimum: 1 }),
    every: { type: 'integer', minimum: 1 },
    attempt: orMany({ type: 'integer', minimum: 1 }),
    rate: { type: 'number', minimum: 0, maximum: 1 },
    seed: { type: 'integer' },
  },
};

function schemaOf(kind: string, properties: Record<string, object>): object {
  const names = Object.keys(properties);
  const own = Object.fromEntries(names.map((name) => [name.replace('!', ''), properties[name]]));
  return {
    type: 'object',
    additionalProperties: false,
    required: ['fault'],
    properties: {
      match,
      times: { type: 'integer', minimum: 1 },
      forMs: whole,
      fault: {
        type: 'object',
        additionalProperties: false,
        required: ['kind', ...names.filter((name) => name.endsWith('!')).map((name) => name.slice(0, -1))],
        properties: { kind: { const: kind }, ...own },
      },
    },
  };
}

const ajv = new Ajv({ allErrors: false, allowUnionTypes: true });
const validators = new Map<string, ValidateFunction<FaultEntry>>(
  Object.entries(kinds).map(([kind, properties]) => [
    kind,
    ajv.compile<FaultEntry>(schemaOf(kind, properties)),
  ]),
);

/** A list of entries, or an object with such a list under `faults`. Throws an OperatorError that says where it is wrong. */
export function readFaultPlan(value: unknown): FaultEntry[] {
  const list = isObject(value) && 'faults' in value ? value.faults : value;
  if (!Array.isArray(list)) throw refuse('The fault plan is no list of faults.');
  return list.map((entry: unknown, index) => readEntry(entry, `faults[${index}]`));
}

function readEntry(entry: unknown, at: string): FaultEntry {
  const fault = isObject(entry) && 'fault' in entry ? entry.fault : undefined;
  const kind = isObject(fault) && 'kind' in fault ? fault.kind : undefined;
  if (typeof kind !== 'string') throw refuse(`${at}.fault.kind is missing.`);
  const validate = validators.get(kind);
  if (!validate)
    throw refuse(
      `${at}.fault.kind: there is no "${kind}"; did you mean "${closest(kind, [...validators.keys()])}"?`,
    );
  if (!validate(entry)) throw refuse(`${at}${explain(validate.errors?.[0])}.`);
  checkPattern(entry, at);
  return entry;
}

function checkPattern(entry: FaultEntry, at: string): void {
  try {
    new RegExp(entry.match?.path ?? '');
  } catch (error) {
    throw refuse(`${at}.match.path is no regular expression: ${entry.match?.path}.`, error);
  }
}

function explain(error: ErrorObject | undefined): string {
  if (!error) return ' is not valid';
  const where = error.instancePath.replaceAll('/', '.');
  if (error.keyword === 'additionalProperties') {
    const name = String(error.params.additionalProperty);
    return `${where} has an unknown property "${name}"`;
  }
  if (error.keyword === 'enum')
    return `${where} must be one of: ${[error.params.allowedValues].flat().join(', ')}`;
  return `${where} ${error.message}`;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const refuse = (message: string, cause?: unknown): OperatorError =>
  new OperatorError({
    code: 'fault-plan',
    message,
    advice: 'See input/emulator/README.md for the plan and an example of each fault.',
    retry: { kind: 'never' },
    cause,
  });
