// Draws each kind of panel as a Lens visualisation: its columns, and where Lens puts each of them.

import { colorMapping, toneColors } from '../colors.ts';
import type {
  BarsPanelSource,
  DonutPanelSource,
  FieldLookup,
  GroupingSource,
  HeatmapPanelSource,
  MeasureObject,
  MetricPanelSource,
  SeriesPanelSource,
  TablePanelSource,
} from '../definition.ts';
import { readMeasure } from '../measure.ts';
import { measureColumn } from './columns.ts';
import { buildLayer, type NameParts, type PanelLayer } from './layer.ts';
import type { VisualizationType } from './state.ts';

export type LensSource =
  | MetricPanelSource
  | SeriesPanelSource
  | BarsPanelSource
  | DonutPanelSource
  | TablePanelSource
  | HeatmapPanelSource;

export interface Drawing {
  readonly layer: PanelLayer;
  readonly visualizationType: VisualizationType;
  readonly visualization: Readonly<Record<string, unknown>>;
}

export function draw(panel: LensSource, name: NameParts, fields: FieldLookup): Drawing {
  switch (panel.kind) {
    case 'metric':
      return drawMetric(panel, name, fields);
    case 'series':
      return drawSeries(panel, name, fields);
    case 'bars':
      return drawBars(panel, name, fields);
    case 'donut':
      return drawDonut(panel, name, fields);
    case 'table':
      return drawTable(panel, name, fields);
    case 'heatmap':
      return drawHeatmap(panel, name, fields);
  }
}

/** The question stands in the tile itself, in place of the panel's title; the counted thing stands below it. */
function drawMetric(panel: MetricPanelSource, name: NameParts, fields: FieldLookup): Drawing {
  const value: MeasureObject = panel.value === 'count' ? {} : panel.value;
  const asked = { ...panel, value: { ...value, title: panel.question } };
  const layer = buildLayer(asked, [], name, fields);
  return {
    layer,
    visualizationType: 'lnsMetric',
    visualization: {
      layerId: layer.id,
      layerType: 'data',
      metricAccessor: layer.metrics[0],
      showBar: false,
      subtitle: measureColumn(readMeasure(panel.value), fields).label,
      ...(panel.tone !== undefined && { palette: fromOneOn(toneColors[panel.tone]) }),
    },
  };
}

/** Zero has no colour. */
const fromOneOn = (color: string) => ({
  name: 'custom',
  params: {
    colorStops: [{ color, stop: 1 }],
    continuity: 'above',
    maxSteps: 5,
    name: 'custom',
    progression: 'fixed',
    rangeMax: null,
    rangeMin: 1,
    rangeType: 'number',
    reverse: false,
    steps: 1,
    stops: [{ color, stop: 2 }],
  },
  type: 'palette',
});

const seriesTypes = { bars: 'bar_stacked', lines: 'line', areas: 'area_stacked' } as const;

function drawSeries(panel: SeriesPanelSource, name: NameParts, fields: FieldLookup): Drawing {
  const { by, as = 'bars' } = panel;
  const split = by === undefined ? [] : [{ grouping: by, top: 6 }];
  const layer = buildLayer(panel, [...split, 'time'], name, fields);
  return {
    layer,
    visualizationType: 'lnsXY',
    visualization: xyState(layer, {
      seriesType: seriesTypes[as],
      xAccessor: layer.buckets.at(-1),
      split: by === undefined ? undefined : { grouping: by, id: layer.buckets[0] },
    }),
  };
}

function drawBars(panel: BarsPanelSource, name: NameParts, fields: FieldLookup): Drawing {
  const split = panel.by === undefined ? [] : [{ grouping: panel.by, top: 5 }];
  const layer = buildLayer(panel, [{ grouping: panel.of, top: 10 }, ...split], name, fields);
  return {
    layer,
    visualizationType: 'lnsXY',
    visualization: xyState(layer, {
      seriesType: 'bar_horizontal_stacked',
      xAccessor: layer.buckets[0],
      split: panel.by === undefined ? undefined : { grouping: panel.by, id: layer.buckets[1] },
    }),
  };
}

interface XyParts {
  readonly seriesType: string;
  readonly xAccessor: string | undefined;
  readonly split: { readonly grouping: GroupingSource; readonly id: string | undefined } | undefined;
}

/** The names of services and actions begin alike, and look the same when they are cut. */
const wholeLabels = { legendSize: 'auto', shouldTruncate: false } as const;

function xyState({ id, metrics }: PanelLayer, { seriesType, xAccessor, split }: XyParts) {
  return {
    axisTitlesVisibilitySettings: { x: false, yLeft: false, yRight: false },
    fittingFunction: 'None',
    gridlinesVisibilitySettings: { x: false, yLeft: true, yRight: true },
    labelsOrientation: { x: 0, yLeft: 0, yRight: 0 },
    layers: [
      {
        accessors: metrics,
        layerId: id,
        layerType: 'data',
        position: 'top',
        seriesType,
        showGridlines: false,
        xAccessor,
        ...(split !== undefined && {
          colorMapping: colorMapping(split.grouping),
          splitAccessor: split.id,
        }),
      },
    ],
    legend: { isVisible: true, position: 'right', showSingleSeries: false, ...wholeLabels },
    preferredSeriesType: seriesType,
    tickLabelsVisibilitySettings: { x: true, yLeft: true, yRight: true },
    valueLabels: 'hide',
  };
}

function drawDonut(panel: DonutPanelSource, name: NameParts, fields: FieldLookup): Drawing {
  const layer = buildLayer(panel, [{ grouping: panel.of, top: 6 }], name, fields);
  return {
    layer,
    visualizationType: 'lnsPie',
    visualization: {
      layers: [
        {
          categoryDisplay: 'hide',
          colorMapping: colorMapping(panel.of),
          emptySizeRatio: 0.54,
          layerId: layer.id,
          layerType: 'data',
          legendDisplay: 'show',
          legendPosition: 'right',
          metrics: layer.metrics,
          nestedLegend: false,
          numberDisplay: 'percent',
          primaryGroups: layer.buckets,
          legendSize: wholeLabels.legendSize,
          truncateLegend: wholeLabels.shouldTruncate,
        },
      ],
      shape: 'donut',
    },
  };
}

function drawTable(panel: TablePanelSource, name: NameParts, fields: FieldLookup): Drawing {
  const groupings = panel.of.map((grouping, index) => ({ grouping, top: index === 0 ? 10 : 3 }));
  const layer = buildLayer(panel, groupings, name, fields);
  const column = (isMetric: boolean) => (columnId: string) => ({ columnId, isMetric, isTransposed: false });
  return {
    layer,
    visualizationType: 'lnsDatatable',
    visualization: {
      columns: [...layer.buckets.map(column(false)), ...layer.metrics.map(column(true))],
      layerId: layer.id,
      layerType: 'data',
      paging: { enabled: true, size: 10 },
    },
  };
}

/**
 * The colours go from cool to hot, by share of the largest value; they can be told apart on a light and on a dark page.
 */
const heat = ['#A8C6E0', '#6092C0', '#D6BF57', '#DA8B45', '#E7664C'];

function drawHeatmap(panel: HeatmapPanelSource, name: NameParts, fields: FieldLookup): Drawing {
  const across = panel.across === 'time' ? ('time' as const) : { grouping: panel.across, top: 12 };
  const layer = buildLayer(panel, [{ grouping: panel.down, top: 10 }, across], name, fields);
  const [down, right] = layer.buckets;
  return {
    layer,
    visualizationType: 'lnsHeatmap',
    visualization: {
      gridConfig: {
        isCellLabelVisible: false,
        isXAxisLabelVisible: true,
        isXAxisTitleVisible: false,
        isYAxisLabelVisible: true,
        isYAxisTitleVisible: false,
        type: 'heatmap_grid',
      },
      layerId: layer.id,
      layerType: 'data',
      legend: { isVisible: true, position: 'right', type: 'heatmap_legend', ...wholeLabels },
      palette: heatPalette(layer.metrics[0]),
      shape: 'heatmap',
      valueAccessor: layer.metrics[0],
      xAccessor: right,
      yAccessor: down,
    },
  };
}

function heatPalette(accessor: string | undefined) {
  const step = 100 / heat.length;
  return {
    accessor,
    name: 'custom',
    params: {
      colorStops: heat.map((color, index) => ({ color, stop: index * step })),
      continuity: 'above',
      maxSteps: heat.length,
      name: 'custom',
      progression: 'fixed',
      rangeMax: null,
      rangeMin: 0,
      rangeType: 'percent',
      reverse: false,
      steps: heat.length,
      stops: heat.map((color, index) => ({ color, stop: (index + 1) * step })),
    },
    type: 'palette',
  };
}
