import { describe, expect, test } from '@jest/globals';

/** The page is what a browser runs: plain JavaScript without types. */
const page = (name: string) => import(`../../input/preview/page/${name}.js`);
const { heatmapOption } = await page('chart-heatmap');
const { pieOption } = await page('chart-pie');
const { xyOption } = await page('chart-xy');
const { colorOfMetric, colorsFor, inkOn } = await page('colors');
const { formatBytes, formatDuration, formatValue } = await page('format');
const { addressOf, instantOf, readState, withFilter } = await page('state');

const theme = { font: 'x', text: '#000', subdued: '#000', border: '#000', panel: '#000', shade: '#000' };
const columns = {
  by: {
    operationType: 'terms',
    dataType: 'string',
    isBucketed: true,
    label: 'By',
    sourceField: 'event.outcome',
  },
  time: { operationType: 'date_histogram', dataType: 'date', isBucketed: true, label: 'Time' },
  count: { operationType: 'count', dataType: 'number', isBucketed: false, label: 'Events' },
};
const mapping = {
  assignments: [{ rule: { values: ['failure'] }, color: { colorCode: '#E7664C' } }],
};

describe('values are written as Kibana writes them', () => {
  test.each([
    [1234567, columns.count, '1,234,567'],
    [1.234, columns.count, '1.23'],
    [null, columns.count, '–'],
    ['__other__', columns.by, 'Other'],
    [true, columns.by, 'true'],
    [Date.UTC(2026, 10, 20, 3, 4, 5), columns.time, 'Nov 20, 2026 @ 03:04:05'],
  ])('%s', (value, column, text) => {
    expect(formatValue(value, column)).toBe(text);
  });

  test('bytes and durations', () => {
    expect([0, 999, 1024, 1.5 * 1024 ** 3].map(formatBytes)).toEqual(['0B', '999B', '1.0KB', '1.5GB']);
    expect([0, 1500, 90_000, 7_200_000, 129_600_000].map(formatDuration)).toEqual([
      '0ms',
      '1.5s',
      '1.5m',
      '2h',
      '1.5d',
    ]);
  });
});

test('a fixed colour goes before the palette, and what is left over is grey', () => {
  const color = colorsFor(mapping, ['success', 'failure', '__other__']);
  expect(color('failure')).toBe('#E7664C');
  expect(color('success')).not.toBe(color('failure'));
  expect(color('__other__')).toBe('#98A2B3');
  const metric = { palette: { params: { colorStops: [{ color: '#D6BF57', stop: 1 }] } } };
  expect([0, 1, 7].map((value) => colorOfMetric(metric, value))).toEqual([undefined, '#D6BF57', '#D6BF57']);
  expect([inkOn('#D6BF57'), inkOn('#1F4E79')]).toEqual(['#1d2a3e', '#ffffff']);
});

describe('what is looked at is in the address', () => {
  test('and comes out of it as it went in', () => {
    const state = {
      dashboard: 'm365-mail',
      from: 'now-7d',
      to: 'now',
      query: 'a: "b & c"',
      filters: [{ field: 'user.name', values: ['ann#?'] }],
      dark: true,
    };
    expect(readState(addressOf(state))).toEqual(state);
    expect(readState('#/x?filters={')).toMatchObject({ dashboard: 'x', filters: [], dark: false });
  });

  test('times relative to now, and exact ones', () => {
    const now = Date.UTC(2026, 10, 20, 12);
    expect(instantOf('now-24h', now)).toBe(now - 86_400_000);
    expect(instantOf('now', now)).toBe(now);
    expect(instantOf('2026-11-20T00:00:00Z', now)).toBe(Date.UTC(2026, 10, 20));
  });

  test('the same filter is kept once', () => {
    const once = withFilter([], 'user.name', 'ann');
    expect(withFilter(once, 'user.name', 'ann')).toBe(once);
    expect(withFilter(once, 'user.name', 'bob')).toHaveLength(2);
  });
});

describe('charts', () => {
  const rows = [
    { by: 'success', time: 0, count: 3 },
    { by: 'success', time: 3_600_000, count: 0 },
    { by: 'failure', time: 0, count: 1 },
    { by: 'failure', time: 3_600_000, count: 2 },
  ];

  test('a series over time is stacked, one colour for each value, on one axis of time', () => {
    const drawn = {
      accessors: ['count'],
      xAccessor: 'time',
      splitAccessor: 'by',
      seriesType: 'bar_stacked',
      colorMapping: mapping,
    };
    const view = { layer: { columns }, visualization: { layers: [drawn] } };
    const option = xyOption(view, rows, { from: 0, to: 7_200_000 }, theme);
    expect(option.xAxis.type).toBe('time');
    expect(option.series).toMatchObject([
      {
        name: 'success',
        type: 'bar',
        stack: 'all',
        data: [
          [0, 3],
          [3_600_000, 0],
        ],
      },
      {
        name: 'failure',
        itemStyle: { color: '#E7664C' },
        data: [
          [0, 1],
          [3_600_000, 2],
        ],
      },
    ]);
    expect(option.legend.data).toEqual(['success', 'failure']);
  });

  test('bars of values lie, the first on top, and can be picked', () => {
    const drawn = { accessors: ['count'], xAccessor: 'by', seriesType: 'bar_horizontal_stacked' };
    const view = { layer: { columns }, visualization: { layers: [drawn] } };
    const option = xyOption(view, [rows[0], rows[2]], { from: 0, to: 1 }, theme);
    expect(option.yAxis).toMatchObject({ inverse: true, data: ['success', 'failure'] });
    expect(option.series[0].data).toEqual([
      { value: 3, picked: 'success' },
      { value: 1, picked: 'failure' },
    ]);
    expect(option.legend).toEqual({ show: false });
  });

  test('a ring has a slice for each value', () => {
    const layers = [{ primaryGroups: ['by'], metrics: ['count'], colorMapping: mapping }];
    const view = { layer: { columns }, visualization: { layers } };
    const option = pieOption(view, [rows[0], rows[2]], theme, { width: 300, height: 200 });
    expect(
      option.series[0].data.map(({ name, value }: { name: string; value: number }) => [name, value]),
    ).toEqual([
      ['success', 3],
      ['failure', 1],
    ]);
  });

  test('a heat map leaves empty cells empty, and the largest is the hottest', () => {
    const colorStops = [
      { color: '#111111', stop: 0 },
      { color: '#222222', stop: 50 },
    ];
    const visualization = {
      xAccessor: 'time',
      yAccessor: 'by',
      valueAccessor: 'count',
      palette: { params: { colorStops } },
    };
    const option = heatmapOption({ layer: { columns }, visualization }, rows, theme);
    expect(option.series[0].data).toEqual([
      [0, 0, 3],
      [0, 1, 1],
      [1, 1, 2],
    ]);
    expect(option.visualMap.pieces.at(-1)).toMatchObject({ color: '#222222', gte: 1.5 });
  });
});
