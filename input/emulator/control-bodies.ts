// The bodies that the control requests take, checked; an error names the property that is wrong.

import { Ajv, type ValidateFunction } from 'ajv';
import type { TenantPatch } from './options.ts';
import { type PublishRequest, refuse } from './publish.ts';

const text = { type: 'string' } as const;
const texts = { type: 'array', items: text } as const;
const ajv = new Ajv();

const object = (properties: Record<string, object>, required: readonly string[] = []): object => ({
  type: 'object',
  additionalProperties: false,
  properties,
  required,
});

const publish = ajv.compile<PublishRequest>(
  object(
    {
      tenant: text,
      contentType: text,
      records: { type: 'array' },
      texts,
      body: text,
      ids: texts,
      generate: { type: 'integer', minimum: 1 },
      copyOf: text,
      contentCreated: text,
      available: text,
      contentExpiration: text,
    },
    ['contentType'],
  ),
);

const tenant = ajv.compile<TenantPatch>(
  object({
    clientId: text,
    clientSecret: text,
    secretExpired: { type: 'boolean' },
    certificate: text,
    roles: texts,
    auditing: { type: 'boolean' },
    requestsPerMinute: { type: 'integer', minimum: 1 },
    firstContentAfterMs: { type: 'integer', minimum: 0 },
  }),
);

const advance = ajv.compile<{ ms: number }>(object({ ms: { type: 'number' } }, ['ms']));

const clock = ajv.compile<{ now?: string; frozen?: boolean }>(
  object({ now: text, frozen: { type: 'boolean' } }),
);

export const readPublish = (body: string): PublishRequest => read(publish, body);
export const readTenantPatch = (body: string): TenantPatch => read(tenant, body);
export const readAdvance = (body: string): { ms: number } => read(advance, body);
export const readClock = (body: string): { now?: string; frozen?: boolean } => read(clock, body);

function read<T>(validate: ValidateFunction<T>, body: string): T {
  const value = readJson(body);
  if (validate(value)) return value;
  const [error] = validate.errors ?? [];
  const extra = error?.params.additionalProperty;
  throw refuse(
    extra === undefined
      ? `The request body${error?.instancePath.replaceAll('/', '.')} ${error?.message}.`
      : `The request body has an unknown property "${extra}".`,
  );
}

export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refuse('The request body is no JSON.');
  }
}
