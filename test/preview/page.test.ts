import { describe, expect, test } from '@jest/globals';

/** The page is what a browser runs: plain JavaScript without types. */
const page = (name: string) => import(`../../input/preview/page/${name}.js`);
const { heatmapOption } = await page('chart-heatmap');
const { pieOption } = await page('chart-pie');
const { xyOption } = await page('chart-xy');
const { colorOfMetric, colorsFor, inkOn } = await page('colors');
const { formatBytes, formatDuration, formatValue } = await page('format');
const { shareWidths } = await page('table-widths');
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
      '0',
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

describe('columns of a table', () => {
  const time = { head: 'Time', texts: ['Nov 20, 2026 @ 03:04:05'], isRigid: true };
  const path = { head: 'Last address', texts: ['x'.repeat(120)], isRigid: false };
  const name = { head: 'Outcome', texts: ['success'], isRigid: false };

  test('fill it, and give way where there is not room for all', () => {
    const shares: number[] = shareWidths([time, path, name], 600);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(100);
    const [ofTime = 0, ofPath = 0, ofName = 0] = shares.map((share) => (share * 600) / 100);
    expect(ofTime).toBeGreaterThan(23 * 6.5);
    expect(ofName).toBeGreaterThan(7 * 6.5 + 20);
    expect(ofPath).toBeGreaterThan(250);
  });

  test('are whole where they are short, beside one that is too long', () => {
    const type = { head: 'Content type', texts: ['Audit.AzureActiveDirectory'], isRigid: false };
    const [ofType = 0] = shareWidths([type, path], 500);
    expect((ofType * 500) / 100).toBeGreaterThan(26 * 6.5);
  });

  test('have room for every word of their heads', () => {
    const narrow = { head: 'As administrator', texts: ['–'], isRigid: false };
    const [first = 0] = shareWidths([narrow, path], 500);
    expect((first * 500) / 100).toBeGreaterThan('administrator'.length * 6.5 + 20);
  });
});

describe('charts', () => {
  const size = { width: 500, height: 300 };

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
    const option = xyOption(view, rows, { from: 0, to: 7_200_000 }, theme, size);
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
    const option = xyOption(view, [rows[0], rows[2]], { from: 0, to: 1 }, theme, size);
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
    const option = heatmapOption({ layer: { columns }, visualization }, rows, theme, size);
    expect(option.series[0].data).toEqual([
      [0, 0, 3],
      [0, 1, 1],
      [1, 1, 2],
    ]);
    expect(option.visualMap.pieces.at(-1)).toMatchObject({ color: '#222222', gte: 2 });
  });

  test('the legend of a heat map says no step twice, and nothing of nothing', () => {
    const colors = ['#111111', '#222222', '#333333', '#444444', '#555555'];
    const colorStops = colors.map((color, index) => ({ color, stop: index * 20 }));
    const visualization = {
      xAccessor: 'time',
      yAccessor: 'by',
      valueAccessor: 'count',
      palette: { params: { colorStops } },
    };
    const piecesOf = (most: number, format?: object) => {
      const count = { ...columns.count, ...(format !== undefined && { params: { format } }) };
      const view = { layer: { columns: { ...columns, count } }, visualization };
      const { visualMap } = heatmapOption(view, [{ by: 'x', time: 0, count: most }], theme, size);
      return visualMap.pieces.map(({ label, color }: { label: string; color: string }) => [label, color]);
    };
    expect(piecesOf(1)).toEqual([['≥ 1', '#555555']]);
    expect(piecesOf(2)).toEqual([
      ['≥ 1', '#333333'],
      ['≥ 2', '#555555'],
    ]);
    expect(piecesOf(100).map(([label]: string[]) => label)).toEqual(['≥ 1', '≥ 20', '≥ 40', '≥ 60', '≥ 80']);
    expect(piecesOf(3_600_000, { id: 'duration' }).map(([label]: string[]) => label)).toEqual([
      '> 0',
      '≥ 12m',
      '≥ 24m',
      '≥ 36m',
      '≥ 48m',
    ]);
  });

  const long = ['SecurityComplianceCenter', 'Audit.AzureActiveDirectory'];

  test('a legend has room for its longest name, and none to spare beside short ones', () => {
    const rowsOf = (names: string[]) => names.map((by, time) => ({ by, time, count: 1 }));
    const drawn = { accessors: ['count'], xAccessor: 'time', splitAccessor: 'by', seriesType: 'bar_stacked' };
    const view = { layer: { columns }, visualization: { layers: [drawn] } };
    const drawWith = (names: string[]) => xyOption(view, rowsOf(names), { from: 0, to: 9 }, theme, size);
    const wide = drawWith(long);
    expect(wide.legend.textStyle.width).toBeGreaterThan(26 * 6);
    expect(wide.legend.textStyle.overflow).toBe('breakAll');
    expect(wide.grid.right).toBeGreaterThan(wide.legend.textStyle.width);
    expect(drawWith(['medium', 'low']).legend.textStyle.width).toBeGreaterThan(6 * 7.5);
    expect(drawWith(['a', 'b']).grid.right).toBeLessThan(60);
    const layers = [{ primaryGroups: ['by'], metrics: ['count'] }];
    const pie = { layer: { columns }, visualization: { layers } };
    const ring = pieOption(pie, rowsOf(long), theme, { width: 400, height: 200 });
    expect(ring.legend.textStyle.width).toBeGreaterThan(26 * 6);
    expect(ring.series[0].center[0] + ring.series[0].radius[1]).toBeLessThan(400 - 26 * 6);
  });

  test('names of bars are whole, and leave more than half of the panel to the bars', () => {
    const drawn = { accessors: ['count'], xAccessor: 'by', seriesType: 'bar_horizontal_stacked' };
    const view = { layer: { columns }, visualization: { layers: [drawn] } };
    const names = [...long, 'x'.repeat(200)].map((by) => ({ by, count: 1 }));
    const widthOf = (rows: object[]) =>
      xyOption(view, rows, { from: 0, to: 1 }, theme, size).yAxis.axisLabel.width;
    expect(widthOf(names.slice(0, 2))).toBeGreaterThan(26 * 6);
    expect(widthOf(names)).toBeLessThan(size.width / 2);
  });

  test('an axis of durations ends on a mark', () => {
    const lag = { ...columns.count, params: { format: { id: 'duration' } } };
    const drawn = { accessors: ['count'], xAccessor: 'time', seriesType: 'line' };
    const view = { layer: { columns: { ...columns, count: lag } }, visualization: { layers: [drawn] } };
    const highest = [{ time: 0, count: 24_840_000 }];
    const { yAxis } = xyOption(view, highest, { from: 0, to: 1 }, theme, size);
    expect(yAxis).toMatchObject({ interval: 7_200_000, max: 28_800_000 });
  });
});
