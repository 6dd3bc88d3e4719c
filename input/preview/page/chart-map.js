// Draws events on a map of the world, gathered into circles.

import { getWorld } from './api.js';
import { formatValue } from './format.js';

let registered = false;

/** The map lacks Antarctica, which would take a quarter of the height. */
export async function registerWorld() {
  if (registered) return;
  const topology = await getWorld();
  const { features, type } = topojson.feature(topology, topology.objects.countries);
  const inhabited = features.filter(({ id }) => id !== '010').map(unroll);
  echarts.registerMap('world', { type, features: inhabited });
  registered = true;
}

/** A country that crosses the date line goes on east of it, instead of around the world. */
function unroll(feature) {
  const { type, coordinates } = feature.geometry;
  const polygon = (rings) => rings.map(unrollRing);
  const moved = type === 'Polygon' ? polygon(coordinates) : coordinates.map(polygon);
  return { ...feature, geometry: { type, coordinates: moved } };
}

function unrollRing(ring) {
  const crosses = ring.some(
    ([longitude], index) => Math.abs(longitude - (ring[index - 1] ?? ring[0])[0]) > 180,
  );
  return crosses
    ? ring.map(([longitude, latitude]) => [longitude < 0 ? longitude + 360 : longitude, latitude])
    : ring;
}

/** The projection of Kibana's maps. */
const mercator = {
  project: ([longitude, latitude]) => {
    const clipped = Math.max(-84, Math.min(84, latitude));
    return [longitude, -(180 / Math.PI) * Math.log(Math.tan(Math.PI / 4 + (clipped * Math.PI) / 360))];
  },
  unproject: ([x, y]) => [x, (360 / Math.PI) * Math.atan(Math.exp((-y * Math.PI) / 180)) - 90],
};

/** The ratio of width to height of the drawn part of the world. */
const aspect = 1.62;

/** Makes an ECharts option from the clusters of a map panel, which fills the panel. */
export function mapOption({ clusters }, theme, { width, height }) {
  const most = Math.max(1, ...clusters.map(({ count }) => count));
  return {
    animation: false,
    textStyle: { fontFamily: theme.font },
    tooltip: {
      confine: true,
      backgroundColor: theme.panel,
      borderColor: theme.border,
      textStyle: { color: theme.text, fontSize: 12 },
      formatter: ({ data }) => `Events: <b>${formatValue(data.value[2])}</b>`,
    },
    geo: {
      map: 'world',
      projection: mercator,
      roam: true,
      silent: true,
      layoutCenter: ['50%', '54%'],
      layoutSize: Math.max(width, height * aspect),
      itemStyle: { areaColor: theme.land, borderColor: theme.coast, borderWidth: 0.5 },
    },
    series: [
      {
        type: 'scatter',
        coordinateSystem: 'geo',
        itemStyle: { color: 'rgba(96, 146, 192, 0.62)', borderColor: '#34557a', borderWidth: 1 },
        label: {
          show: true,
          formatter: ({ data }) => formatValue(data.value[2]),
          fontSize: 11,
          fontWeight: 600,
          color: theme.text,
        },
        labelLayout: { hideOverlap: true },
        symbolSize: ([, , count]) => 14 + 30 * Math.sqrt(count / most),
        data: clusters.map(({ lon, lat, count }) => ({ value: [lon, lat, count] })),
      },
    ],
  };
}
