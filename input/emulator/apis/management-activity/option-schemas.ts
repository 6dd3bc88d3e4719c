// Reads this API's options out of everything that an emulator was given, and refuses a value of a wrong kind.

import { Ajv, type ValidateFunction } from 'ajv';
import { OperatorError } from '../../../contract/errors.ts';
import { contentTypes } from './content/content-type.ts';
import type { ActivityOptions, ActivityTenantChanges, ActivityTenantOptions } from './options.ts';

const number = { type: 'number' } as const;
const boolean = { type: 'boolean' } as const;

const allowNumbers = (names: readonly string[]): Record<string, object> =>
  Object.fromEntries(names.map((name) => [name, number]));

const habits = {
  type: 'object',
  properties: allowNumbers([
    'lateBlobs',
    'lateByMs',
    'repeatedRecords',
    'listedTwice',
    'emptyPages',
    'oldPaths',
  ]),
};

const content = {
  type: 'object',
  properties: {
    ...allowNumbers(['records', 'days', 'recordsPerBlob', 'ratePerMinute', 'blobEveryMs']),
    file: { type: 'string' },
    shares: { type: 'object', properties: allowNumbers(contentTypes) },
    habits,
  },
};

/** JSON schemas of what a control request may change of a tenant. */
export const tenantChanges = {
  auditing: boolean,
  requestsPerMinute: { type: 'integer', minimum: 1 },
  firstContentAfterMs: { type: 'integer', minimum: 0 },
} as const;

const ajv = new Ajv();

const checkOptions = ajv.compile<ActivityOptions>({
  type: 'object',
  properties: {
    prepared: boolean,
    pageSize: number,
    refusesWholeDay: boolean,
    startCooldown: { enum: ['content-type', 'tenant', 'off'] },
    throttleStatus: { enum: [403, 429, 'both'] },
    throttleRetryAfter: boolean,
  },
});

const checkTenant = ajv.compile<ActivityTenantOptions>({
  type: 'object',
  properties: {
    auditing: boolean,
    subscribed: { type: 'array', items: { enum: contentTypes } },
    requestsPerMinute: number,
    firstContentAfterMs: number,
    content,
  },
});

const checkChanges = ajv.compile<ActivityTenantChanges>({
  type: 'object',
  properties: { auditing: boolean, requestsPerMinute: number, firstContentAfterMs: number },
});

/** Throws an OperatorError when one of this API's options is of a wrong kind; options of others are left alone. */
export const readActivityOptions = (options: object): ActivityOptions => read(checkOptions, options, '');

/** Reads the options of the tenant of that number. Throws an OperatorError when one of this API's is of a wrong kind. */
export const readTenantOptions = (options: object, index: number): ActivityTenantOptions =>
  read(checkTenant, options, `tenants.${index}.`);

/** Throws an OperatorError when one of the changes that are this API's is of a wrong kind. */
export const readTenantChanges = (changes: object): ActivityTenantChanges => read(checkChanges, changes, '');

function read<T>(validate: ValidateFunction<T>, options: object, at: string): T {
  const value: unknown = options;
  if (validate(value)) return value;
  const [error] = validate.errors ?? [];
  throw new OperatorError({
    code: 'emulator-options',
    message: `The emulator's option ${at}${error?.instancePath.slice(1).replaceAll('/', '.')} ${error?.message}.`,
    advice: 'See input/emulator/apis/management-activity/options.ts for the options and their kinds.',
    retry: { kind: 'never' },
  });
}
