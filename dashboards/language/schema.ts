// The shape of a dashboard file as JSON Schema, one schema for each kind of panel. Names are checked afterwards,
// against the fields and the other dashboards.

import { formats, operations } from '../definition.ts';

const text = { type: 'string', minLength: 1 };
const count = { type: 'integer', minimum: 1 };

const measure = {
  anyOf: [
    { const: 'count' },
    {
      type: 'object',
      additionalProperties: false,
      properties: {
        title: text,
        where: text,
        without: text,
        as: { enum: formats },
        at: { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 100 },
        ...Object.fromEntries(operations.map((operation) => [operation, text])),
      },
      dependencies: { at: ['percentile'], without: ['unique'] },
    },
  ],
};

const grouping = {
  anyOf: [
    text,
    {
      type: 'object',
      additionalProperties: false,
      minProperties: 1,
      properties: {
        field: text,
        groups: { type: 'object', minProperties: 1, maxProperties: 10, additionalProperties: text },
        title: text,
        top: { ...count, maximum: 1000 },
        order: { enum: ['largest', 'smallest', 'alphabetical'] },
        other: { type: 'boolean' },
      },
      dependencies: { top: ['field'], order: ['field'], other: ['field'] },
    },
  ],
};

const list = (items: object) => ({ type: 'array', items, minItems: 1 });
const titledField = {
  type: 'object',
  additionalProperties: false,
  required: ['field', 'title'],
  properties: { field: text, title: text },
};
const value = { value: measure };
const opens = { opens: text };
const values = { value: measure, values: list(measure), ...opens };

interface KindSchema {
  readonly required: readonly string[];
  readonly properties: Readonly<Record<string, object>>;
}

/** The properties of each kind of panel, beside those that all panels have. */
export const kinds: Readonly<Record<string, KindSchema>> = {
  metric: {
    required: ['value'],
    properties: { ...value, tone: { enum: ['bad', 'warning'] } },
  },
  series: {
    required: [],
    properties: { ...values, by: grouping, as: { enum: ['bars', 'lines', 'areas'] } },
  },
  bars: { required: ['of'], properties: { ...values, of: grouping, by: grouping } },
  donut: { required: ['of'], properties: { ...value, ...opens, of: grouping } },
  table: { required: ['of', 'values'], properties: { ...opens, of: list(grouping), values: list(measure) } },
  heatmap: {
    required: ['across', 'down'],
    properties: { ...value, ...opens, across: grouping, down: grouping },
  },
  map: { required: ['field'], properties: { field: text } },
  events: { required: ['columns'], properties: { columns: list(titledField) } },
  text: { required: ['text'], properties: { text } },
};

const common = {
  question: text,
  kind: { enum: Object.keys(kinds) },
  about: text,
  where: text,
  dataset: text,
  width: { ...count, maximum: 48 },
};

/** The schema of one panel, chosen by its kind. */
export function panelSchema(kind: string): object {
  const own = kinds[kind];
  return {
    type: 'object',
    additionalProperties: false,
    required: ['question', 'kind', ...(own?.required ?? [])],
    properties: { ...common, ...own?.properties },
  };
}

/** The schema of a dashboard but for the inside of its panels. */
export const dashboardSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['title', 'about', 'order', 'datasets', 'time', 'rows'],
  properties: {
    title: text,
    about: text,
    order: count,
    datasets: list(text),
    time: { type: 'string', pattern: '^[1-9][0-9]*[hdwM]$' },
    controls: list(titledField),
    rows: list({
      type: 'object',
      additionalProperties: false,
      required: ['height', 'panels'],
      properties: {
        height: { ...count, maximum: 60 },
        panels: list({
          type: 'object',
          required: ['question', 'kind'],
          properties: { question: text, kind: common.kind },
        }),
      },
    }),
  },
};
