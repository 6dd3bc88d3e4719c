// Numbers for the properties that rules read, of a record and right below, so that shaping can say which are there and
// only their rules run.

import type { Definitions, Layer, Path } from '../definitions.ts';

export type Positions = ReadonlyMap<string, number>;

export function numberProperties({ properties, common, files }: Definitions): Positions {
  const layers: Layer[] = [common];
  for (const file of files) layers.push(file.layer, ...file.operations.layers);
  const positions = new Map<string, number>();
  for (const path of layers.flatMap((layer) => layer.rules.flatMap((rule) => rule.from))) {
    const [first, second] = path;
    if (first === undefined) continue;
    const inner = second === undefined ? undefined : properties[first.name]?.properties?.[second.name];
    const name = inner === undefined ? first.name : `${first.name}.${second?.name}`;
    if (!positions.has(name)) positions.set(name, positions.size);
  }
  return positions;
}

/** The number of the property that shaping sees of this path. */
export function positionOf(positions: Positions, [first, second]: Path): number | undefined {
  if (first === undefined) return undefined;
  const outer = positions.get(first.name);
  return second === undefined ? outer : (positions.get(`${first.name}.${second.name}`) ?? outer);
}
