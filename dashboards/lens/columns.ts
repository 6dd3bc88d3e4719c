// Builds measures, groupings and time as the columns of a Lens layer.

import type { FieldGrouping, FieldLookup, Format, NamedGrouping, Operation } from '../definition.ts';
import type { Measure } from '../measure.ts';
import {
  type Column,
  type DataType,
  type FiltersColumn,
  type FormatState,
  type Kql,
  kql,
  type MetricColumn,
  recordsField,
  type TermsColumn,
  type TimeColumn,
  timeField,
} from './state.ts';

const formatStates: Readonly<Record<Format, FormatState>> = {
  number: { id: 'number', params: { decimals: 0 } },
  bytes: { id: 'bytes', params: { decimals: 1 } },
  duration: {
    id: 'duration',
    params: { compact: true, decimals: 1, fromUnit: 'milliseconds', toUnit: 'humanizePrecise' },
  },
};

const operationNames: Readonly<Record<Operation, string>> = {
  unique: 'Different',
  sum: 'Sum of',
  average: 'Average',
  minimum: 'Least',
  maximum: 'Greatest',
  median: 'Median',
  percentile: 'Percentile of',
  last: 'Last',
};

const dataTypes: Readonly<Record<string, DataType>> = { boolean: 'boolean', date: 'date', ip: 'ip' };

export function dataTypeOf(field: string, fields: FieldLookup): DataType {
  const type = fields.find(field)?.type ?? 'keyword';
  if (/^(?:long|integer|short|byte|unsigned_long|.*float|double)$/u.test(type)) return 'number';
  return dataTypes[type] ?? 'string';
}

export function measureColumn(measure: Measure, fields: FieldLookup): MetricColumn {
  const { operation, field = recordsField, source } = measure;
  const common = {
    customLabel: true,
    isBucketed: false,
    label: source.title ?? titleOf(measure),
    sourceField: field,
    ...(source.where === undefined ? {} : { filter: kql(source.where) }),
  } as const;
  const format = source.as === undefined ? {} : { format: formatStates[source.as] };
  const number = { ...common, dataType: 'number', scale: 'ratio' } as const;
  const dataType = dataTypeOf(field, fields);
  switch (operation) {
    case 'count':
      return { ...number, operationType: 'count', params: { emptyAsNull: false, ...format } };
    case 'unique':
      return { ...number, operationType: 'unique_count', params: { emptyAsNull: false, ...format } };
    case 'sum':
      // The sum of no documents is not zero: where no report came, nobody knows that nothing was lost.
      return { ...number, operationType: 'sum', params: { emptyAsNull: true, ...format } };
    case 'average':
      return { ...number, operationType: 'average', params: format };
    case 'median':
      return { ...number, operationType: 'median', params: format };
    case 'minimum':
      return { ...number, dataType, operationType: 'min', params: format };
    case 'maximum':
      return { ...number, dataType, operationType: 'max', params: format };
    case 'percentile':
      return {
        ...number,
        operationType: 'percentile',
        params: { percentile: source.at ?? 95, ...format },
      };
    case 'last':
      return {
        ...common,
        dataType,
        filter: lastFilter(field, source.where),
        operationType: 'last_value',
        params: { showArrayValues: false, sortField: timeField, ...format },
        scale: dataType === 'number' ? 'ratio' : 'ordinal',
      };
  }
}

/** Documents without the field have no last value of it. */
const lastFilter = (field: string, where: string | undefined): Kql =>
  kql(where === undefined ? `${field}: *` : `${field}: * and (${where})`);

function titleOf({ operation, field }: Measure): string {
  return operation === 'count' ? 'Events' : `${operationNames[operation]} ${field}`;
}

/** The measure named by `order` ranks the values, the largest first. */
export function termsColumn(
  grouping: FieldGrouping,
  ranking: readonly [id: string, column: Column] | undefined,
  top: number,
  fields: FieldLookup,
): TermsColumn {
  const { field, title = field, order = 'largest', other = false } = grouping;
  // A last value is no number that Elasticsearch could order by.
  const byColumn =
    order !== 'alphabetical' && ranking !== undefined && ranking[1].operationType !== 'last_value';
  return {
    customLabel: true,
    dataType: dataTypeOf(field, fields),
    isBucketed: true,
    label: title,
    operationType: 'terms',
    params: {
      exclude: [],
      excludeIsRegex: false,
      include: [],
      includeIsRegex: false,
      missingBucket: false,
      orderBy: byColumn
        ? { columnId: ranking[0], type: 'column' }
        : { fallback: false, type: 'alphabetical' },
      orderDirection: byColumn && order === 'largest' ? 'desc' : 'asc',
      otherBucket: other,
      parentFormat: { id: 'terms' },
      secondaryFields: [],
      size: grouping.top ?? top,
    },
    scale: 'ordinal',
    sourceField: field,
  };
}

export function filtersColumn({ groups, title = 'Group' }: NamedGrouping): FiltersColumn {
  return {
    customLabel: true,
    dataType: 'string',
    isBucketed: true,
    label: title,
    operationType: 'filters',
    params: { filters: Object.entries(groups).map(([label, query]) => ({ input: kql(query), label })) },
    scale: 'ordinal',
  };
}

export const timeColumn: TimeColumn = {
  customLabel: true,
  dataType: 'date',
  isBucketed: true,
  label: 'Time',
  operationType: 'date_histogram',
  params: { dropPartials: false, includeEmptyRows: true, interval: 'auto' },
  scale: 'interval',
  sourceField: timeField,
};
