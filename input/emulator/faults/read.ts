// Reads a fault plan that came as JSON and says where it is wrong: `faults[2].fault.bytes must be integer`.

import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { closest } from 'fastest-levenshtein';
import { OperatorError } from '../../contract/errors.ts';
import { listOperations, type Routable } from '../server/route.ts';
import type { FaultSchemas, NamedFault, PlanEntry } from './plan.ts';
import { sharedSchemas } from './schemas.ts';

const text = { type: 'string' } as const;
const allowMany = (one: object): object => ({ anyOf: [one, { type: 'array', items: one, minItems: 1 }] });

const describeMatch = (operations: readonly string[]): object => ({
  type: 'object',
  additionalProperties: false,
  properties: {
    operation: allowMany({ enum: operations }),
    path: text,
    method: text,
    tenant: text,
    contentType: text,
    contentId: text,
    nth: allowMany({ type: 'integer', minimum: 1 }),
    every: { type: 'integer', minimum: 1 },
    attempt: allowMany({ type: 'integer', minimum: 1 }),
    rate: { type: 'number', minimum: 0, maximum: 1 },
    seed: { type: 'integer' },
  },
});

function describeEntry(match: object, kind: string, properties: Readonly<Record<string, object>>): object {
  const names = Object.keys(properties);
  const own = Object.fromEntries(names.map((name) => [name.replace('!', ''), properties[name]]));
  return {
    type: 'object',
    additionalProperties: false,
    required: ['fault'],
    properties: {
      match,
      times: { type: 'integer', minimum: 1 },
      forMs: { type: 'integer', minimum: 0 },
      fault: {
        type: 'object',
        additionalProperties: false,
        required: ['kind', ...names.filter((name) => name.endsWith('!')).map((name) => name.slice(0, -1))],
        properties: { kind: { const: kind }, ...own },
      },
    },
  };
}

type EntryChecks<F extends NamedFault> = ReadonlyMap<string, ValidateFunction<PlanEntry<F>>>;

/**
 * Reads a plan: a list of entries, or an object with such a list under `faults`.
 * Throws an OperatorError that says where the plan is wrong.
 */
export type FaultPlanReader<F extends NamedFault = NamedFault> = (value: unknown) => PlanEntry<F>[];

/** Creates a reader that knows the operations and the kinds of faults of these APIs. */
export function createFaultPlanReader<F extends NamedFault = NamedFault>(
  apis: readonly (Routable & { readonly faults?: FaultSchemas })[],
): FaultPlanReader<F> {
  const ajv = new Ajv({ allErrors: false, allowUnionTypes: true });
  const match = describeMatch(listOperations(apis));
  const schemas: FaultSchemas = Object.assign({}, sharedSchemas, ...apis.map(({ faults }) => faults));
  const checks: EntryChecks<F> = new Map(
    Object.entries(schemas).map(([kind, properties]) => [
      kind,
      ajv.compile<PlanEntry<F>>(describeEntry(match, kind, properties)),
    ]),
  );
  return (value) => {
    const list = isObject(value) && 'faults' in value ? value.faults : value;
    if (!Array.isArray(list)) throw refuse('The fault plan is no list of faults.');
    return list.map((entry: unknown, index) => readEntry(checks, entry, `faults[${index}]`));
  };
}

function readEntry<F extends NamedFault>(checks: EntryChecks<F>, entry: unknown, at: string): PlanEntry<F> {
  const fault = isObject(entry) && 'fault' in entry ? entry.fault : undefined;
  const kind = isObject(fault) && 'kind' in fault ? fault.kind : undefined;
  if (typeof kind !== 'string') throw refuse(`${at}.fault.kind is missing.`);
  const validate = checks.get(kind);
  if (!validate)
    throw refuse(
      `${at}.fault.kind: there is no "${kind}"; did you mean "${closest(kind, [...checks.keys()])}"?`,
    );
  if (!validate(entry)) throw refuse(`${at}${explain(validate.errors?.[0])}.`);
  checkPattern(entry, at);
  return entry;
}

function checkPattern(entry: PlanEntry, at: string): void {
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
