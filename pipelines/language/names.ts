// What the names in a file stand for; one that stands for nothing is reported at the spot where it is written.

import { type EcsField, ecsFieldNames, findEcsField } from '../../fields/ecs.ts';
import type { Path } from '../definitions.ts';
import { formatPath, nameOfPath, parsePath } from './path.ts';
import { type Problem, suggest } from './problem.ts';
import type { PropertyTree } from './property-tree.ts';
import type { SourceFile } from './read-files.ts';
import type { Place } from './yaml-file.ts';

/** A place of a file, which leads to what is below it. */
export interface Spot {
  /** Of all files. */
  readonly properties: PropertyTree;
  readonly at: (...below: Place) => Spot;
  readonly report: (message: string) => void;
}

export function spotOf(
  file: SourceFile,
  properties: PropertyTree,
  problems: Problem[],
  place: Place = [],
): Spot {
  return {
    properties,
    at: (...below) => spotOf(file, properties, problems, [...place, ...below]),
    report: (message) => {
      problems.push(file.problemAt(place, message));
    },
  };
}

export function resolvePath(text: string, spot: Spot): Path {
  const path = parsePath(text);
  if (path === undefined) {
    spot.report(`"${text}" is no path`);
    return [];
  }
  const name = nameOfPath(path);
  if (!spot.properties.has(name)) {
    const near = suggest(name, spot.properties.names());
    const shown = `no file defines the property "${formatPath(path)}"${near}`;
    spot.report(`${shown}${near === '' ? ';' : ' Else'} define it with "type" and "about"`);
  }
  return path;
}

export function resolveField(name: string, spot: Spot): EcsField | undefined {
  const field = findEcsField(name);
  if (field === undefined) spot.report(`ECS has no field "${name}"${suggest(name, ecsFieldNames())}`);
  return field;
}
