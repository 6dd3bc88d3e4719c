// Draws a heat map: a grid of cells, the darker the more.

import { formatTick, formatValue } from './format.js';
import { namesAtLeft, roomFor } from './labels.js';

/** Makes an ECharts option from a Lens heat map panel and the rows of its answer. */
export function heatmapOption({ layer, visualization }, rows, theme, { width }) {
  const { xAccessor, yAccessor, valueAccessor, palette } = visualization;
  const across = [...new Set(rows.map((row) => row[xAccessor]))];
  if (layer.columns[xAccessor].dataType === 'date') across.sort((one, next) => one - next);
  const down = [...new Set(rows.map((row) => row[yAccessor]))];
  const most = Math.max(1, ...rows.map((row) => row[valueAccessor] ?? 0));
  const value = layer.columns[valueAccessor];
  const names = down.map((each) => formatValue(each, layer.columns[yAccessor]));
  const pieces = piecesOf(palette, most, value);
  const legendRoom = roomFor(
    pieces.map(({ label }) => label),
    width,
  );
  const isTime = layer.columns[xAccessor].dataType === 'date';
  return {
    animation: false,
    textStyle: { fontFamily: theme.font },
    grid: { left: 16, right: legendRoom + 36, top: 4, bottom: 4, containLabel: true },
    tooltip: {
      confine: true,
      backgroundColor: theme.panel,
      borderColor: theme.border,
      textStyle: { color: theme.text, fontSize: 12 },
      formatter: ({ data: [x, y, count] }) =>
        `${escapeHtml(formatValue(down[y], layer.columns[yAccessor]))}<br>${escapeHtml(formatValue(across[x], layer.columns[xAccessor]))}<br><b>${escapeHtml(formatValue(count, value))}</b>`,
    },
    xAxis: {
      type: 'category',
      data: across.map((each) => (isTime ? formatTick(each) : formatValue(each, layer.columns[xAccessor]))),
      axisLabel: {
        color: theme.subdued,
        fontSize: 11,
        // Without a set height, a font that has no Chinese counts as very low, and its labels are cut.
        lineHeight: 16,
        hideOverlap: true,
        interval: isTime ? (index) => across[index] % tickStep(across) === 0 : 'auto',
      },
      axisLine: { show: false },
      axisTick: { show: false },
    },
    yAxis: {
      type: 'category',
      inverse: true,
      data: names,
      axisLabel: namesAtLeft(names, theme, width),
      axisLine: { show: false },
      axisTick: { show: false },
    },
    visualMap: {
      type: 'piecewise',
      pieces,
      outOfRange: { color: 'transparent' },
      right: 0,
      top: 4,
      itemWidth: 10,
      itemHeight: 10,
      itemSymbol: 'circle',
      itemGap: 6,
      textStyle: { color: theme.text, fontSize: 11 },
    },
    series: [
      {
        type: 'heatmap',
        itemStyle: { borderColor: theme.panel, borderWidth: 1 },
        data: rows
          .filter((row) => (row[valueAccessor] ?? 0) > 0)
          .map((row) => [across.indexOf(row[xAccessor]), down.indexOf(row[yAccessor]), row[valueAccessor]]),
      },
    ],
  };
}

const hourMs = 3_600_000;

/** Returns the smallest round step that gives no more than eight labels. */
function tickStep(times) {
  const span = times.at(-1) - times[0];
  return [1, 3, 6, 12, 24, 72, 168].map((hours) => hours * hourMs).find((step) => span / step <= 8) ?? span;
}

/**
 * The palette's stops are shares of the largest value. Whole numbers have whole limits: where there are fewer of them
 * than colours, several stops come to the same, of which the hottest stays.
 */
function piecesOf({ params }, most, column) {
  const isWhole = column.params?.format === undefined && Number.isInteger(most);
  const limitOf = (stop) => (isWhole ? Math.max(1, Math.ceil((stop / 100) * most)) : (stop / 100) * most);
  const limits = params.colorStops.map(({ color, stop }) => ({ color, gte: limitOf(stop) }));
  const steps = limits.filter(({ gte }, index) => gte !== limits[index + 1]?.gte);
  return steps.map(({ color, gte }, index) => {
    const next = steps[index + 1]?.gte;
    const label = gte === 0 ? '> 0' : `≥ ${formatValue(gte, column)}`;
    return { gte: gte === 0 ? Number.MIN_VALUE : gte, ...(next !== undefined && { lt: next }), color, label };
  });
}

const escapes = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escapeHtml = (text) => text.replace(/[&<>"']/g, (character) => escapes[character]);
