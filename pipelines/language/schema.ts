// The shape of a record-type file, as JSON Schema. What a name refers to is checked when the files are resolved.

import type { Outcome, PropertyType } from '../definitions.ts';

export interface EventSource {
  readonly kind?: string;
  readonly category?: readonly string[];
  readonly type?: readonly string[];
}

/** A sign (`from`), or statuses that stand beside each other. */
export interface OutcomeStepSource {
  readonly from?: string;
  readonly status?: string | readonly string[];
  readonly present?: Outcome;
  readonly values?: TableSource;
}

/** Texts by the outcome that they stand for. */
export type TableSource = Readonly<Record<string, string | readonly (string | readonly string[])[]>>;

interface OutcomeSource {
  readonly steps?: readonly OutcomeStepSource[];
  readonly otherwise?: Outcome;
}

export interface FieldSource {
  readonly from: string | readonly string[];
  readonly type?: PropertyType;
  readonly about?: string;
  readonly example?: string | number | boolean;
  readonly unit?: string;
  readonly to?: string | readonly string[];
  readonly as?: string | Readonly<Record<string, unknown>>;
  readonly when?: WhenSource;
  readonly each?: readonly EachSource[];
  /** Whether the field holds what every rule gives it, though ECS has one value there. */
  readonly collects?: boolean;
}

export type ScalarSource = string | number | boolean;

type ScalarsSource = ScalarSource | readonly ScalarSource[];

export type WhenSource = Readonly<Record<string, ScalarsSource | { readonly not: ScalarsSource }>>;

/**
 * A field of each object of a list: `from` below the property, `to` below the field. Without `to`, the verb fills the
 * object itself.
 */
export type EachSource = Pick<FieldSource, 'from' | 'as'> & { readonly to?: string };

/** What is added to the event where the conditions hold. */
export interface CaseSource {
  readonly when?: WhenSource;
  readonly outcome?: Outcome;
  readonly event?: EventSource;
  readonly message?: string;
}

export interface LayerSource {
  readonly event?: EventSource;
  readonly cases?: readonly CaseSource[];
  readonly outcome?: OutcomeSource;
  readonly fields?: readonly FieldSource[];
  readonly message?: string;
}

interface OperationSource extends LayerSource {
  readonly for: readonly string[];
}

export interface FileSource extends LayerSource {
  readonly about: string;
  /** Of all its record types, or by their numbers. */
  readonly workload?: string | readonly string[] | Readonly<Record<string, string | readonly string[]>>;
  readonly record_types?: Readonly<Record<string, string>>;
  readonly extends?: string;
  readonly operations?: readonly OperationSource[];
  /** In the common file: what services write as a status. */
  readonly statuses?: TableSource;
  readonly related?: Readonly<
    Record<string, { readonly from: readonly string[]; readonly people?: boolean }>
  >;
}

const propertyTypes: readonly PropertyType[] = [
  'keyword',
  'text',
  'long',
  'double',
  'boolean',
  'date',
  'ip',
  'object',
  'pairs',
  'changes',
  'flattened',
];

/** As ECS lists them for event.kind, event.category and event.type. */
const kinds = ['alert', 'asset', 'enrichment', 'event', 'metric', 'state', 'signal'];
const categories = [
  ...[
    'api',
    'authentication',
    'configuration',
    'database',
    'driver',
    'email',
    'file',
    'host',
    'iam',
    'library',
  ],
  ...['intrusion_detection', 'malware', 'network', 'package', 'process', 'registry', 'session', 'threat'],
  ...['vulnerability', 'web'],
];
const types = [
  ...[
    'access',
    'admin',
    'allowed',
    'change',
    'connection',
    'creation',
    'deletion',
    'denied',
    'device',
    'end',
  ],
  ...['error', 'group', 'indicator', 'info', 'installation', 'protocol', 'start', 'user'],
];

const text = { type: 'string', minLength: 1 };
const texts = { type: 'array', items: text, minItems: 1 };
const textOrTexts = { anyOf: [text, texts] };
const scalar = { type: ['string', 'number', 'boolean'] };
const outcome = { enum: ['success', 'failure', 'unknown'] };
const as = { type: ['string', 'object'] };
const scalars = { anyOf: [scalar, { type: 'array', items: scalar }] };
const negation = {
  type: 'object',
  additionalProperties: false,
  required: ['not'],
  properties: { not: scalars },
};
const when = { type: 'object', additionalProperties: { anyOf: [...scalars.anyOf, negation] } };

const event = {
  type: 'object',
  additionalProperties: false,
  properties: {
    kind: { enum: kinds },
    category: { type: 'array', items: { enum: categories } },
    type: { type: 'array', items: { enum: types } },
  },
};

const layer = {
  event,
  cases: {
    type: 'array',
    items: {
      type: 'object',
      additionalProperties: false,
      anyOf: [{ required: ['when'] }, { required: ['outcome'] }],
      minProperties: 2,
      properties: { when, outcome, event, message: text },
    },
  },
  outcome: {
    type: 'object',
    additionalProperties: false,
    properties: {
      steps: {
        type: 'array',
        items: {
          type: 'object',
          additionalProperties: false,
          minProperties: 1,
          properties: { from: text, status: textOrTexts, present: outcome, values: { type: 'object' } },
        },
      },
      otherwise: outcome,
    },
  },
  fields: {
    type: 'array',
    items: {
      type: 'object',
      additionalProperties: false,
      required: ['from'],
      properties: {
        from: textOrTexts,
        type: { enum: propertyTypes },
        about: text,
        example: scalar,
        unit: text,
        to: textOrTexts,
        as,
        when,
        collects: { const: true },
        each: {
          type: 'array',
          minItems: 1,
          items: {
            type: 'object',
            additionalProperties: false,
            required: ['from'],
            anyOf: [{ required: ['to'] }, { required: ['as'] }],
            properties: { from: textOrTexts, to: text, as },
          },
        },
      },
      dependencies: {
        type: ['about'],
        about: ['type'],
        as: ['to'],
        when: ['to'],
        each: ['to'],
        collects: ['to'],
      },
    },
  },
  message: text,
};

const recordTypeNumber = { pattern: '^[0-9]+$' };

export const fileSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['about'],
  properties: {
    about: text,
    record_types: { type: 'object', propertyNames: recordTypeNumber, additionalProperties: text },
    workload: {
      anyOf: [
        text,
        texts,
        { type: 'object', propertyNames: recordTypeNumber, additionalProperties: textOrTexts },
      ],
    },
    extends: text,
    ...layer,
    operations: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['for'],
        properties: { for: texts, ...layer },
      },
    },
    statuses: { type: 'object' },
    related: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        additionalProperties: false,
        required: ['from'],
        properties: { from: texts, people: { type: 'boolean' } },
      },
    },
  },
};
