// What the names in a file stand for; one that stands for nothing is reported at the spot where it is written.

import { type EcsField, ecsFieldNames, findEcsField } from '../../fields/ecs.ts';
import type { Path, SourceLine } from '../definitions.ts';
import { formatPath, nameOfPath, parsePath } from './path.ts';
import { type Problem, suggest } from './problem.ts';
import type { PropertyTree } from './property-tree.ts';
import { lineAt, type SourceFile } from './read-files.ts';
import type { Place } from './yaml-file.ts';

/** What the files are resolved with. */
export interface Resolution {
  /** Of all files. */
  readonly properties: PropertyTree;
  readonly problems: Problem[];
  /** Whether the definitions say where they are written. */
  readonly keepLines: boolean;
}

/** A place of a file, which leads to what is below it. */
export interface Spot extends Pick<Resolution, 'properties'> {
  readonly at: (...below: Place) => Spot;
  readonly report: (message: string) => void;
  /** Undefined unless lines are kept. */
  readonly line: () => SourceLine | undefined;
}

export function spotOf(file: SourceFile, resolution: Resolution, place: Place = []): Spot {
  const { properties, problems, keepLines } = resolution;
  return {
    properties,
    at: (...below) => spotOf(file, resolution, [...place, ...below]),
    report: (message) => {
      problems.push(file.problemAt(place, message));
    },
    line: () => (keepLines ? lineAt(file, place) : undefined),
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
