// Resolves the names in a file; a name that stands for nothing is reported at its location.

import { type EcsField, ecsFieldNames, findEcsField } from '../../fields/ecs.ts';
import type { Path, SourceLine } from '../definitions.ts';
import { formatPath, nameOfPath, parsePath } from './path.ts';
import { type DefinitionProblem, suggest } from './problem.ts';
import type { PropertyTree } from './property-tree.ts';
import { lineAt, type SourceFile } from './read-files.ts';
import type { YamlPath } from './yaml-file.ts';

/** The state that all files are resolved with. */
export interface Resolution {
  /** The properties of all files. */
  readonly properties: PropertyTree;
  readonly problems: DefinitionProblem[];
  /** The definitions then say where they are written. */
  readonly keepLines: boolean;
}

/** A location in a file; `at` leads to the locations below it. */
export interface SourceLocation extends Pick<Resolution, 'properties'> {
  readonly at: (...below: YamlPath) => SourceLocation;
  readonly report: (message: string) => void;
  /** The result is undefined unless lines are kept. */
  readonly line: () => SourceLine | undefined;
}

export function locate(file: SourceFile, resolution: Resolution, path: YamlPath = []): SourceLocation {
  const { properties, problems, keepLines } = resolution;
  return {
    properties,
    at: (...below) => locate(file, resolution, [...path, ...below]),
    report: (message) => {
      problems.push(file.problemAt(path, message));
    },
    line: () => (keepLines ? lineAt(file, path) : undefined),
  };
}

export function resolvePath(text: string, location: SourceLocation): Path {
  const path = parsePath(text);
  if (path === undefined) {
    location.report(`"${text}" is no path`);
    return [];
  }
  const name = nameOfPath(path);
  if (!location.properties.has(name)) {
    const near = suggest(name, location.properties.names());
    const shown = `no file defines the property "${formatPath(path)}"${near}`;
    location.report(`${shown}${near === '' ? ';' : ' Else'} define it with "type" and "about"`);
  }
  return path;
}

export function resolveField(name: string, location: SourceLocation): EcsField | undefined {
  const field = findEcsField(name);
  if (field === undefined) location.report(`ECS has no field "${name}"${suggest(name, ecsFieldNames())}`);
  return field;
}
