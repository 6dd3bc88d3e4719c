// Numbers for the properties that anything reads. Shaping lists those that are there, so that only their rules run, and
// puts their values beside them, so that nobody has to look them up by name.

import type { Head, Places } from '../dataset.ts';
import { type Case, type Definitions, layersOf, type Path, type TemplatePart } from '../definitions.ts';
import type { Json } from '../json/json.ts';
import { type CompileRead, compileReadOf } from '../rules/paths.ts';
import { compilePart, type HeadValues, headNames } from './head.ts';

/** The values of one record, by the numbers of its properties. */
export type Values = readonly Json[];

export interface Positions {
  /** The number of properties. */
  readonly size: number;
  /** Returns the number of the property at this dotted path; undefined where nothing reads it. */
  numberOf(path: string): number | undefined;
  /** Returns the property that tells that there may be something at this path. */
  triggerOf(path: Path): number | undefined;
  readonly compileRead: CompileRead<Values>;
  /** The head of a record on whose outermost level it stands, from the numbers of what is there and the values beside them. */
  readHead(numbers: readonly number[], values: readonly Json[]): HeadValues;
}

export function numberProperties(definitions: Definitions): Positions {
  const { head } = definitions.dataset;
  const numbers = new Map<string, number>();
  const add = (name: string) => {
    if (!numbers.has(name)) numbers.set(name, numbers.size);
  };
  // The head is read of every record, whatever the rules: it is numbered first.
  for (const name of headNames) for (const path of head[name]) add(path.join('.'));
  const readHead = compileReadNumbers(head, numbers);
  for (const path of readPaths(definitions)) {
    add(placeOf(definitions, path).names.join('.'));
    add(triggerName(definitions, path));
  }
  return {
    size: numbers.size,
    readHead,
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

/** `numbers` are those of the head alone. */
function compileReadNumbers(head: Head, numbers: ReadonlyMap<string, number>): Positions['readHead'] {
  const numbersOf = (places: Places) => places.map((path) => numbers.get(path.join('.')) ?? -1);
  const [id, owner, time] = [numbersOf(head.id), numbersOf(head.owner), numbersOf(head.time)];
  const [kind, action, updated] = [numbersOf(head.kind), numbersOf(head.action), numbersOf(head.updated)];
  const part = compilePart(numbersOf(head.part).map((number) => (found: readonly Json[]) => found[number]));
  const empty: Json[] = Array.from({ length: numbers.size }, () => undefined);
  return (present, values) => {
    const found = empty.slice();
    for (let i = 0; i < present.length; i += 1) {
      const number = present[i] ?? found.length;
      if (number < found.length) found[number] = values[i];
    }
    return {
      id: firstOf(found, id),
      owner: firstOf(found, owner),
      time: firstOf(found, time),
      kind: firstOf(found, kind),
      action: firstOf(found, action),
      updated: firstOf(found, updated),
      part: part(found),
    };
  };
}

function firstOf(found: readonly Json[], numbers: readonly number[]): Json {
  for (let i = 0; i < numbers.length; i += 1) {
    const value = found[numbers[i] ?? -1];
    if (value !== undefined) return value;
  }
  return undefined;
}

/**
 * Finds where the value stands that a path begins with, and the path from there; its first step names the value itself.
 */
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

function pathsOfPart(part: TemplatePart): Path[] {
  if (typeof part === 'string') return [];
  if ('outcomes' in part) return [];
  if ('group' in part) return part.group.flatMap(pathsOfPart);
  return part.paths.flatMap((path) => {
    if ('property' in path) return [path.property];
    return 'text' in path && path.when !== undefined ? [path.when.path] : [];
  });
}
