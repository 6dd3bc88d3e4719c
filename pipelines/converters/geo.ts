// Makes a place on the map of a latitude and a longitude, as Elasticsearch takes it.

import type { Json } from '../json/json.ts';
import type { Converter } from './converter.ts';
import { toKeyword } from './keyword.ts';
import { toDouble } from './number.ts';
import { firstOf } from './parts.ts';

export const geoPoint: Converter = {
  name: 'geo_point',
  about: 'A place on the map as `latitude,longitude`, in degrees; nothing where either is out of its range.',
  joins: true,
  compile: () => (values) => {
    const [latitude, longitude] = Array.isArray(values) ? values.map(firstOf) : [];
    const texts = [degreesOf(latitude, 90), degreesOf(longitude, 180)];
    return texts.includes(undefined) ? undefined : texts.join(',');
  },
  examples: [
    { given: [59.9, -10.75], gives: '59.9,-10.75' },
    { given: ['59.9', '10'], gives: '59.9,10' },
    { given: [[0], [0]], gives: '0,0' },
    { given: [90.1, 0] },
    { given: [0, 181] },
    { given: [59.9, null] },
    { given: ['north', 'east'] },
    { given: 59.9 },
  ],
};

function degreesOf(value: Json, most: number): string | undefined {
  const degrees = toDouble(value);
  return typeof degrees === 'number' && Math.abs(degrees) <= most ? toKeyword(value) : undefined;
}
