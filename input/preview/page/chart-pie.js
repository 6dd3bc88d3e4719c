// Draws the shares of a whole as a ring.

import { colorsFor, inkOn } from './colors.js';
import { formatValue } from './format.js';
import { legendAtRight } from './labels.js';

/** Makes an ECharts option from a Lens pie panel and the rows of its answer. */
export function pieOption({ layer, visualization }, rows, theme, { width, height }) {
  const [{ primaryGroups, metrics, colorMapping }] = visualization.layers;
  const [group] = primaryGroups;
  const [metric] = metrics;
  const color = colorsFor(
    colorMapping,
    rows.map((row) => row[group]),
  );
  const data = rows.map((row) => ({
    name: formatValue(row[group], layer.columns[group]),
    value: row[metric],
    picked: row[group],
    itemStyle: { color: color(row[group]) },
    label: { color: inkOn(color(row[group])) },
  }));
  const { width: legendWidth, legend } = legendAtRight(
    data.map(({ name }) => name),
    theme,
    width,
  );
  const ringWidth = width - legendWidth;
  const radius = Math.max(20, Math.min(ringWidth, height) / 2 - 6);
  return {
    animation: false,
    textStyle: { fontFamily: theme.font },
    tooltip: {
      confine: true,
      backgroundColor: theme.panel,
      borderColor: theme.border,
      textStyle: { color: theme.text, fontSize: 12 },
      valueFormatter: (value) => formatValue(value, layer.columns[metric]),
    },
    legend: { ...legend, top: 'middle' },
    series: [
      {
        type: 'pie',
        radius: [radius * 0.54, radius],
        center: [ringWidth / 2, '50%'],
        avoidLabelOverlap: true,
        percentPrecision: 1,
        itemStyle: { borderColor: theme.panel, borderWidth: 1 },
        label: {
          position: 'inside',
          fontSize: 10.5,
          formatter: ({ percent }) => (percent >= 6 ? `${percent.toFixed(1)}%` : ''),
        },
        labelLine: { show: false },
        data,
      },
    ],
  };
}
