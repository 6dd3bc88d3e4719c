// Numbers for the properties that anything reads. Shaping lists those that are there, so that only their rules run, and
// puts their values beside them, so that nobody has to look them up by name.

import { type Case, type Definitions, layersOf, type Path, type SentencePart } from '../definitions.ts';
import type { Json } from '../json/json.ts';
import { type CompileRead, compileReadOf } from '../rules/paths.ts';

/** The values of one record, by the numbers of its properties. */
export type Values = readonly Json[];

export interface Positions {
  /** How many there are. */
  readonly size: number;
  /** Of the property at this dotted path; undefined where nothing reads it. */
  numberOf(path: string): number | undefined;
  /** What tells that there may be something at this path. */
  triggerOf(path: Path): number | undefined;
  readonly compileRead: CompileRead<Values>;
}

/** Read of every record, whatever the rules: numbered first. */
export const headNumbers = {
  Id: 0,
  OrganizationId: 1,
  CreationTime: 2,
  RecordType: 3,
  Operation: 4,
} as const;

export function numberProperties(definitions: Definitions): Positions {
  const numbers = new Map<string, number>(Object.entries(headNumbers));
  const add = (name: string) => {
    if (!numbers.has(name)) numbers.set(name, numbers.size);
  };
  for (const path of readPaths(definitions)) {
    add(placeOf(definitions, path).names.join('.'));
    add(triggerName(definitions, path));
  }
  return {
    size: numbers.size,
    numberOf: (path) => numbers.get(path),
    triggerOf: (path) => numbers.get(triggerName(definitions, path)),
    compileRead: (path) => {
      const { names, rest } = placeOf(definitions, path);
      const number = numbers.get(names.join('.'));
      if (number === undefined) throw new Error(`no number for "${path.map(({ name }) => name).join('.')}"`);
      return compileReadOf(rest, (values: Values) => values[number]);
    },
  };
}

/** Where the value stands that a path begins with, and the path from there; its first step names the value itself. */
function placeOf({ properties }: Definitions, path: Path): { names: string[]; rest: Path } {
  const [first, second] = path;
  if (first === undefined) throw new Error('a path without steps');
  const property = properties[first.name];
  const isBag = property?.type === 'pairs' || property?.type === 'changes';
  const isEntry = second !== undefined && property?.properties?.[second.name] !== undefined;
  if (isBag && isEntry && first.where === undefined) {
    return { names: [first.name, second.name], rest: path.slice(1) };
  }
  return { names: [first.name], rest: path };
}

function triggerName({ properties }: Definitions, [first, second]: Path): string {
  if (first === undefined) throw new Error('a path without steps');
  const inner = second === undefined ? undefined : properties[first.name]?.properties?.[second.name];
  return inner === undefined ? first.name : `${first.name}.${second?.name}`;
}

function readPaths(definitions: Definitions): Path[] {
  return layersOf(definitions).flatMap(({ rules, outcome = [], cases = [], message = [] }) => [
    ...rules.flatMap(({ from, when = [] }) => [...from, ...when.map(({ path }) => path)]),
    ...outcome.flatMap((step) => ('statuses' in step ? step.statuses : [step.from])),
    ...cases.flatMap(pathsOfCase),
    ...message.flatMap(pathsOfPart),
  ]);
}

function pathsOfCase({ when = [], message = [] }: Case): Path[] {
  return [...when.map(({ path }) => path), ...message.flatMap(pathsOfPart)];
}

function pathsOfPart(part: SentencePart): Path[] {
  if (typeof part === 'string') return [];
  if ('outcomes' in part) return [];
  if ('group' in part) return part.group.flatMap(pathsOfPart);
  return part.paths.flatMap((path) => {
    if ('property' in path) return [path.property];
    return 'text' in path && path.when !== undefined ? [path.when.path] : [];
  });
}
