// The JSON schemas of the faults that work with every API: what a plan may say of each kind.

import { hostileKinds } from './hostile.ts';
import type { NamedFault, SharedFault, SharedFaultKind } from './plan.ts';

const text = { type: 'string' } as const;
const whole = { type: 'integer', minimum: 0 } as const;
const status = { type: 'integer', minimum: 200, maximum: 599 } as const;
const moment = { enum: ['before-headers', 'after-headers', 'in-body'] } as const;
const textMap = { type: 'object', additionalProperties: text } as const;

export const sharedSchemas: Record<SharedFaultKind, Record<string, object>> = {
  status: { 'status!': status, body: text, headers: textMap },
  aadsts: { 'code!': whole, status, message: text },
  'not-json': { status, body: text },
  empty: { status },
  'expired-token': {},
  redirect: { location: text, status },
  reset: { 'when!': moment, bytes: whole },
  hang: { 'when!': moment, bytes: whole, ms: whole },
  truncate: { 'bytes!': whole, 'declares!': { enum: ['more', 'what-comes'] } },
  trickle: { 'bytes!': { type: 'integer', minimum: 1 }, 'everyMs!': whole },
  delay: { 'ms!': whole },
  'clock-skew': { 'ms!': { type: 'integer' } },
  huge: { 'bytes!': whole, of: { enum: ['records', 'whitespace', 'one-record'] } },
  hostile: { 'records!': { type: 'array', items: { enum: hostileKinds }, minItems: 1 } },
};

/** Tells a fault that works with every API from one that only its own API knows. */
export const isSharedFault = (fault: NamedFault): fault is SharedFault =>
  Object.hasOwn(sharedSchemas, fault.kind);
