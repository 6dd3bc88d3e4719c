import { describe, expect, test } from '@jest/globals';
import { createFieldLookup, generateSavedObjects, loadDashboards } from '../../dashboards/index.ts';
import { chooseIntervalMs } from '../../dashboards/interpret/interval.ts';
import { aggregationsOf, otherAggregations } from '../../dashboards/interpret/lens-request.ts';
import { otherRowsOf, rowsOf } from '../../dashboards/interpret/lens-table.ts';
import { buildLayer } from '../../dashboards/lens/layer.ts';
import { someFields } from './fields.ts';

const name = (...words: readonly string[]) => words.join('-');
const range = { from: 0, to: 24 * 3_600_000 };

describe('a Lens layer becomes the aggregations that Lens asks for', () => {
  test('groupings nest, and the outermost is ordered by the measure', () => {
    const { layer } = buildLayer(
      { question: '?', kind: 'series', value: { sum: 'file.size', where: 'event.outcome: success' } },
      [{ grouping: { field: 'user.name', other: true }, top: 2 }, 'time'],
      name,
      someFields,
    );
    const measure = {
      'only-measure-0': {
        filter: { match: { 'event.outcome': 'success' } },
        aggs: { 'measure-0': { sum: { field: 'file.size' } } },
      },
    };
    expect(aggregationsOf(layer, range)).toEqual({
      'grouping-0': {
        terms: {
          field: 'user.name',
          size: 2,
          shard_size: 100,
          order: { 'only-measure-0>measure-0': 'desc' },
        },
        aggs: {
          ...measure,
          'grouping-1': {
            date_histogram: {
              field: '@timestamp',
              fixed_interval: '1800000ms',
              time_zone: 'UTC',
              min_doc_count: 0,
              extended_bounds: { min: 0, max: range.to },
            },
            aggs: measure,
          },
        },
      },
    });
    const other = otherAggregations(layer, ['ann', 'bob'], range);
    expect(other?.other).toMatchObject({
      filter: {
        bool: {
          filter: { exists: { field: 'user.name' } },
          must_not: { terms: { 'user.name': ['ann', 'bob'] } },
        },
      },
    });
    expect(Object.keys(Object(other?.other).aggs)).toEqual(['grouping-1']);
  });

  test('counting alone needs no aggregation', () => {
    const { layer } = buildLayer({ question: '?', kind: 'metric', value: 'count' }, [], name, someFields);
    expect(aggregationsOf(layer, range)).toEqual({});
    expect(rowsOf(layer, { doc_count: 7 })).toEqual([{ 'measure-0': 7 }]);
  });
});

test('the answer becomes rows, the rest last', () => {
  const { layer } = buildLayer(
    { question: '?', kind: 'table', of: ['user.name'], values: ['count', { last: 'event.action' }] },
    [{ grouping: { field: 'user.name', other: true }, top: 1 }],
    name,
    someFields,
  );
  const last = (...fields: readonly object[]) => ({
    'only-measure-1': { 'measure-1': { hits: { hits: fields } } },
  });
  const bucket = { key: 'ann', doc_count: 3, ...last({ fields: { 'event.action': ['Send'] } }) };
  expect(rowsOf(layer, { doc_count: 5, 'grouping-0': { buckets: [bucket] } })).toEqual([
    { 'grouping-0': 'ann', 'measure-0': 3, 'measure-1': 'Send' },
  ]);
  expect(otherRowsOf(layer, { other: { doc_count: 2, ...last() } })).toEqual([
    { 'grouping-0': '__other__', 'measure-0': 2, 'measure-1': null },
  ]);
});

test.each([
  [15, 30],
  [24 * 60, 30 * 60],
  [7 * 24 * 60, 3 * 3600],
  [30 * 24 * 60, 12 * 3600],
])('%i minutes are drawn in bars of %i seconds', (minutes, seconds) => {
  expect(chooseIntervalMs(0, minutes * 60_000)).toBe(seconds * 1000);
});

describe('a sum', () => {
  const { layer } = buildLayer(
    { question: 'Is anything missing?', kind: 'metric', value: { sum: 'file.size' } },
    [],
    name,
    someFields,
  );
  const [id = ''] = layer.columnOrder;
  const answer = (documents: number) => ({ doc_count: documents, [id]: { value: 0 } });

  test('of documents that have nothing to add is nought', () => {
    expect(rowsOf(layer, answer(3))).toEqual([{ [id]: 0 }]);
  });

  test('of no document is unknown, in Kibana too', () => {
    expect(rowsOf(layer, answer(0))).toEqual([{ [id]: null }]);
    expect(layer.columns[id]).toMatchObject({ params: { emptyAsNull: true } });
  });
});

describe('a count of values without some events', () => {
  const { layer, metrics } = buildLayer(
    {
      question: '?',
      kind: 'table',
      of: ['user.name'],
      values: [
        { unique: 'event.action', where: 'event.outcome: *', without: 'event.outcome: "it\'s done"' },
        { unique: 'user.name' },
      ],
    },
    [{ grouping: 'user.name', top: 3 }],
    name,
    someFields,
  );

  test('is a formula with its parts, as Lens keeps it', () => {
    const formula =
      "unique_count(event.action, kql='event.outcome: *') - unique_count(event.action, kql='(event.outcome: *) and (event.outcome: \"it\\'s done\")')";
    expect(metrics).toEqual(['measure-0', 'measure-1']);
    expect(layer.columnOrder).toEqual([
      'grouping-0',
      ...['measure-0', 'measure-0X0', 'measure-0X1', 'measure-0X2', 'measure-1'],
    ]);
    expect(layer.columns).toMatchObject({
      'measure-0': { operationType: 'formula', params: { formula }, references: ['measure-0X2'] },
      'measure-0X0': { operationType: 'unique_count', sourceField: 'event.action' },
      'measure-0X1': { operationType: 'unique_count', sourceField: 'event.action' },
      'measure-0X2': {
        operationType: 'math',
        params: {
          tinymathAst: {
            name: 'subtract',
            args: ['measure-0X0', 'measure-0X1'],
            location: { min: 0, max: formula.length },
            text: formula,
          },
        },
        references: ['measure-0X0', 'measure-0X1'],
      },
    });
  });

  test('asks for its parts alone, and leaves the ranking to a measure that Lens can order by', () => {
    expect(aggregationsOf(layer, range)).toMatchObject({
      'grouping-0': {
        terms: { order: { 'measure-1': 'desc' } },
        aggs: { 'only-measure-0X0': {}, 'only-measure-0X1': {}, 'measure-1': {} },
      },
    });
    expect(JSON.stringify(aggregationsOf(layer, range))).not.toContain('X2');
  });

  test('is the difference of its parts', () => {
    const part = (id: string, value: number) => ({ [`only-${id}`]: { doc_count: 9, [id]: { value } } });
    const bucket = {
      key: 'ann',
      ...part('measure-0X0', 5),
      ...part('measure-0X1', 3),
      'measure-1': { value: 1 },
    };
    expect(rowsOf(layer, { 'grouping-0': { buckets: [bucket] } })).toMatchObject([
      { 'grouping-0': 'ann', 'measure-0': 2, 'measure-1': 1 },
    ]);
  });
});

test('no question about the collection groups by the name that not every tenant has', () => {
  const objects = generateSavedObjects(loadDashboards(), createFieldLookup());
  expect(JSON.stringify(objects)).toContain('m365.collection.tenant');
  expect(JSON.stringify(objects)).not.toMatch(/sourceField\\*":\\*"organization\.name/);
});
