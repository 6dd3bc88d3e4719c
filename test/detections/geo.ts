// Places on the globe, as queries read and compare them.

export interface Point {
  readonly latitude: number;
  readonly longitude: number;
}

/** `POINT(10.7 59.9)`, or `59.9, 10.7` as an index gives it. */
export function readPoint(value: unknown): Point {
  const text = String(value);
  const [first, second] = (text.match(/-?\d+(?:\.\d+)?(?:[eE]-?\d+)?/g) ?? []).map(Number);
  if (first === undefined || second === undefined) throw new TypeError(`"${text}" is no point`);
  return text.startsWith('POINT')
    ? { latitude: second, longitude: first }
    : { latitude: first, longitude: second };
}

/** Of the Earth as a ball, as Elasticsearch takes it. */
const radiusInMetres = 6_371_008.77;

export function distanceInMetres(from: Point, to: Point): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  const north = Math.sin(radians(to.latitude - from.latitude) / 2);
  const east = Math.sin(radians(to.longitude - from.longitude) / 2);
  const share = north ** 2 + Math.cos(radians(from.latitude)) * Math.cos(radians(to.latitude)) * east ** 2;
  return 2 * radiusInMetres * Math.asin(Math.sqrt(share));
}
