// Draws bars, lines and areas over time, and bars of values, the largest on top.

import { colorsFor } from './colors.js';
import { formatTick, formatValue } from './format.js';
import { legendAtRight, namesAtLeft } from './labels.js';

/** Makes an ECharts option from a Lens XY panel and the rows of its answer. */
export function xyOption({ layer, visualization }, rows, { from, to }, theme, { width }) {
  const [drawn] = visualization.layers;
  const isTime = layer.columns[drawn.xAccessor].operationType === 'date_histogram';
  const series = seriesOf(drawn, rows, layer);
  const { width: right, legend } = legendOf(series, drawn, theme, width);
  const shared = {
    animation: false,
    textStyle: { fontFamily: theme.font },
    legend,
    tooltip: tooltipOf(isTime, layer.columns[drawn.accessors[0]], theme),
  };
  return isTime
    ? { ...shared, ...overTime(drawn, series, rows, { from, to, right }, theme, layer) }
    : { ...shared, ...byValue(drawn, series, rows, { width, right }, theme, layer) };
}

/** Returns one series for each value of the split, or for each measure: `{name, value, color, accessor}`. */
export function seriesOf({ accessors, splitAccessor, colorMapping }, rows, { columns }) {
  const values =
    splitAccessor === undefined ? accessors : [...new Set(rows.map((row) => row[splitAccessor]))];
  const color = colorsFor(splitAccessor === undefined ? undefined : colorMapping, values);
  return values.map((value) => ({
    value,
    color: color(value),
    accessor: splitAccessor === undefined ? value : accessors[0],
    name: splitAccessor === undefined ? columns[value].label : formatValue(value, columns[splitAccessor]),
    rows: splitAccessor === undefined ? rows : rows.filter((row) => row[splitAccessor] === value),
  }));
}

/** The legend is left out where its one name would repeat the panel's title. */
function legendOf(series, { splitAccessor }, theme, width) {
  if (splitAccessor === undefined && series.length < 2) return { width: 12, legend: { show: false } };
  const { width: taken, legend } = legendAtRight(
    series.map(({ name }) => name),
    theme,
    width,
  );
  return { width: taken, legend: { ...legend, top: 4, bottom: 4 } };
}

function tooltipOf(isTime, column, theme) {
  return {
    trigger: isTime ? 'axis' : 'item',
    confine: true,
    backgroundColor: theme.panel,
    borderColor: theme.border,
    textStyle: { color: theme.text, fontSize: 12 },
    valueFormatter: (value) => formatValue(value, column),
    axisPointer: { type: 'shadow', shadowStyle: { color: theme.shade, opacity: 0.6 } },
  };
}

/** Durations are marked off in minutes, hours and days. */
const durations = [1, 5, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 7200].map((minutes) => minutes * 60_000);

/** The last mark is the top: a top between two marks would be written in fractions. */
function steps(column, most) {
  if (column.params?.format?.id !== 'duration') return {};
  const interval = durations.find((step) => most / step <= 5) ?? durations.at(-1);
  return { interval, max: Math.max(1, Math.ceil(most / interval)) * interval };
}

const valueAxis = (column, theme, most) => ({
  type: 'value',
  ...steps(column, most),
  axisLabel: {
    color: theme.subdued,
    fontSize: 11,
    lineHeight: 16,
    formatter: (value) => formatValue(value, column),
  },
  splitLine: { lineStyle: { color: theme.border } },
  splitNumber: 4,
  minInterval: column.params?.format === undefined ? 1 : undefined,
});

const mostOf = (rows, { accessors }) => Math.max(0, ...rows.map((row) => row[accessors[0]] ?? 0));

const axisLine = (theme) => ({ lineStyle: { color: theme.border } });

function overTime(drawn, series, rows, { from, to, right }, theme, { columns }) {
  const kind = drawn.seriesType === 'line' ? 'line' : drawn.seriesType.startsWith('area') ? 'area' : 'bar';
  const times = [...new Set(rows.map((row) => row[drawn.xAccessor]))].sort((one, next) => one - next);
  const step = times.length > 1 ? times[1] - times[0] : to - from;
  return {
    grid: { left: 8, right, top: 12, bottom: 4, containLabel: true },
    xAxis: {
      type: 'time',
      min: times[0] - step / 2,
      max: times.at(-1) + step / 2,
      axisLabel: {
        color: theme.subdued,
        fontSize: 11,
        lineHeight: 16,
        hideOverlap: true,
        formatter: formatTick,
      },
      axisLine: axisLine(theme),
      axisTick: { show: false },
      splitLine: { show: false },
    },
    useUTC: true,
    yAxis: valueAxis(columns[drawn.accessors[0]], theme, mostOf(rows, drawn)),
    series: series.map(({ name, color, accessor, rows: own }) => ({
      name,
      type: kind === 'bar' ? 'bar' : 'line',
      ...(kind !== 'line' && { stack: 'all' }),
      ...(kind === 'area' && { areaStyle: { opacity: 0.55 } }),
      ...(kind === 'bar' && { barCategoryGap: '12%', barMaxWidth: 60 }),
      ...(kind !== 'bar' && { showSymbol: false, lineStyle: { width: 1.8 } }),
      itemStyle: { color },
      emphasis: { focus: 'series' },
      data: own.map((row) => [row[drawn.xAccessor], row[accessor]]),
    })),
  };
}

function byValue(drawn, series, rows, { width, right }, theme, { columns }) {
  const values = [...new Set(rows.map((row) => row[drawn.xAccessor]))];
  const names = values.map((value) => formatValue(value, columns[drawn.xAccessor]));
  const at = (own, value, accessor) => own.find((row) => row[drawn.xAccessor] === value)?.[accessor] ?? 0;
  return {
    grid: { left: 8, right: right + 4, top: 4, bottom: 4, containLabel: true },
    xAxis: valueAxis(columns[drawn.accessors[0]], theme, mostOf(rows, drawn)),
    yAxis: {
      type: 'category',
      inverse: true,
      data: names,
      axisLabel: namesAtLeft(names, theme, width),
      axisLine: axisLine(theme),
      axisTick: { show: false },
    },
    series: series.map(({ name, color, accessor, rows: own }) => ({
      name,
      type: 'bar',
      stack: 'all',
      barMaxWidth: 22,
      barCategoryGap: '22%',
      itemStyle: { color },
      data: values.map((value) => ({ value: at(own, value, accessor), picked: value })),
    })),
  };
}
