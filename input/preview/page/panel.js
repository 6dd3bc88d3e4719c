// Draws one panel: its frame, its question to the server, and the drawing of the answer.

import { getAnswer } from './api.js';
import { heatmapOption } from './chart-heatmap.js';
import { mapOption, registerWorld } from './chart-map.js';
import { pieOption } from './chart-pie.js';
import { xyOption } from './chart-xy.js';
import { colorOfMetric, inkOn } from './colors.js';
import { element } from './element.js';
import { formatValue } from './format.js';
import { drawEvents, drawTable } from './tables.js';
import { themeColors } from './theme.js';

/** `look` is what the person chose, `pick(column, value, drillDown, event)` what happens on a click. */
export function drawPanel(view, look, { linkTo, pick }) {
  const { x, y, w, h } = view.grid;
  const body = element('div', { className: 'body' });
  const panel = element('section', {
    className: `panel${view.hidesTitle ? ' bare' : ''}`,
    style: { gridColumn: `${x + 1} / span ${w}`, gridRow: `${y + 1} / span ${h}` },
  });
  if (!view.hidesTitle) panel.append(headingOf(view));
  panel.append(body);
  const ready = fill(panel, body, view, look, { linkTo, pick }).catch((error) => {
    body.replaceChildren(element('div', { className: 'note wrong', textContent: error.message }));
  });
  return { panel, ready };
}

const headingOf = ({ title, description }) =>
  element(
    'h2',
    { textContent: title, title },
    description === '' ? undefined : element('i', { textContent: 'i', title: description }),
  );

async function fill(panel, body, view, look, { linkTo, pick }) {
  if (view.kind === 'links') return drawLinks(body, view, look, linkTo);
  if (view.kind === 'text')
    return body.replaceChildren(element('div', { className: 'markdown', textContent: view.markdown }));
  const answer = await getAnswer(look.dashboard, view.id, look);
  if (answer.lacks !== undefined && isEmpty(answer))
    return body.replaceChildren(element('div', { className: 'note', textContent: answer.lacks }));
  if (answer.lacks !== undefined) noteLack(panel, answer.lacks);
  const onPick = (column, value, event) => pick(column, value, view.drillDown, event);
  if (view.kind === 'search') return drawEvents(panel, body, view, answer);
  if (view.kind === 'map') {
    if (answer.clusters.length === 0) return drawNothing(body);
    await registerWorld();
    return drawChart(body, (size) => mapOption(answer, themeColors(), size));
  }
  return drawLens(panel, body, view, answer.rows, look, onPick);
}

function drawLens(panel, body, view, rows, look, onPick) {
  const { visualizationType, layer, visualization } = view;
  if (visualizationType === 'lnsMetric') return drawMetric(panel, body, view, rows);
  if (rows.length === 0) return drawNothing(body);
  const theme = themeColors();
  switch (visualizationType) {
    case 'lnsDatatable':
      return drawTable(body, view, rows, onPick);
    case 'lnsXY': {
      const x = layer.columns[visualization.layers[0].xAccessor];
      const isTime = x.operationType === 'date_histogram';
      return drawChart(
        body,
        (size) => xyOption(view, rows, look, theme, size),
        isTime ? undefined : [x, onPick],
      );
    }
    case 'lnsPie':
      return drawChart(body, (size) => pieOption(view, rows, theme, size), [
        layer.columns[visualization.layers[0].primaryGroups[0]],
        onPick,
      ]);
    case 'lnsHeatmap':
      return drawChart(body, (size) => heatmapOption(view, rows, theme, size));
  }
}

/** True where nothing can be drawn except the note on what is not known. */
const isEmpty = ({ rows, clusters, total }) =>
  clusters?.length === 0 ||
  total === 0 ||
  rows?.every((row) => !Object.values(row).some((value) => typeof value === 'number' && value !== 0));

/** The note stands beside the title: the panel shows something, and a part of it is not known. */
function noteLack(panel, text) {
  panel
    .querySelector('h2')
    ?.append(
      element('small', { className: 'lack', textContent: 'part of it only in Elasticsearch', title: text }),
    );
}

const drawNothing = (body) =>
  body.replaceChildren(element('div', { className: 'note', textContent: 'No results found' }));

function drawMetric(panel, body, { layer, visualization }, [row = {}]) {
  const column = layer.columns[visualization.metricAccessor];
  const value = row[visualization.metricAccessor];
  const color = colorOfMetric(visualization, value ?? 0);
  if (color !== undefined) Object.assign(panel.style, { background: color, color: inkOn(color) });
  body.replaceChildren(
    element(
      'div',
      { className: 'metric' },
      element('b', { textContent: column.label }),
      element('small', { textContent: visualization.subtitle ?? '' }),
      element('strong', { textContent: formatValue(value, column) }),
    ),
  );
}

function drawLinks(body, { links }, look, linkTo) {
  const anchors = links.map(({ label, dashboard }) =>
    element('a', {
      href: linkTo(dashboard),
      textContent: label,
      ...(dashboard === look.dashboard && { 'aria-current': 'page' }),
    }),
  );
  body.replaceChildren(element('nav', { className: 'links' }, ...anchors));
}

/** Every chart on the page, with the function that makes its option for a size. */
const charts = new Map();
addEventListener('resize', () => {
  for (const [chart, optionFor] of charts) {
    chart.resize();
    chart.setOption(optionFor(sizeOf(chart)), true);
  }
});

const sizeOf = (chart) => ({ width: chart.getWidth(), height: chart.getHeight() });

export function forgetCharts() {
  for (const chart of charts.keys()) chart.dispose();
  charts.clear();
}

function drawChart(body, optionFor, picking) {
  const place = element('div', { className: 'chart' });
  body.replaceChildren(place);
  const chart = echarts.init(place, undefined, { renderer: 'canvas' });
  charts.set(chart, optionFor);
  chart.setOption(optionFor(sizeOf(chart)));
  if (picking === undefined) return;
  const [column, onPick] = picking;
  chart.on('click', ({ data, event }) => {
    const value = data?.picked;
    if (value !== undefined && value !== '__other__') onPick(column, value, event.event);
  });
}
