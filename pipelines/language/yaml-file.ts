// A YAML file with a shape: every problem of it comes with its file and line, and what was probably meant.

import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { ErrorObject, ValidateFunction } from 'ajv';
import { type Document, isMap, isNode, LineCounter, parseDocument } from 'yaml';
import { type Problem, suggest } from './problem.ts';

/** Keys and list positions that lead to a place in a file. */
export type Place = readonly (string | number)[];

/** A problem at a place of a file. */
export type ProblemAt = (place: Place, message: string) => Problem;

/** Either the content, in the shape that was asked for, or problems. */
export type YamlFile<T> =
  | { readonly content: T; readonly problemAt: ProblemAt }
  | { readonly content: undefined; readonly problems: readonly Problem[] };

export function readYamlFile<T>(path: string, validate: ValidateFunction<T>): YamlFile<T> {
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(path, 'utf8'), { lineCounter: lines });
  const file = relative(process.cwd(), path);
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => ({
      file,
      line: lines.linePos(error.pos[0]).line,
      message: error.message.split('\n', 1)[0] ?? '',
    }));
    return { content: undefined, problems };
  }
  const problemAt: ProblemAt = (place, message) => ({ file, line: lineOf(document, lines, place), message });
  const content: unknown = document.toJS();
  if (validate(content)) return { content, problemAt };
  return { content: undefined, problems: describeErrors(validate, [], problemAt) };
}

/** The line of the deepest part of the place that exists: of its key, where it has one. */
function lineOf(document: Document, lines: LineCounter, place: Place): number {
  for (let length = place.length; length > 0; length -= 1) {
    const parent: unknown = document.getIn(place.slice(0, length - 1), true);
    const pair = isMap(parent)
      ? parent.items.find(({ key }) => String(key) === String(place[length - 1]))
      : undefined;
    const node: unknown = pair?.key ?? document.getIn(place.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

/** What a schema found wrong below a place. */
export function describeErrors(validate: ValidateFunction, above: Place, problemAt: ProblemAt): Problem[] {
  const errors = validate.errors ?? [];
  const told = errors.filter(concerns);
  const untold = errors.filter(
    ({ keyword, instancePath }) =>
      keyword === 'anyOf' && !told.some((error) => isWithin(error, instancePath)),
  );
  return [...told, ...untold].map((error) => describe(error, [...above, ...placeOf(error)], problemAt));
}

function isWithin({ instancePath }: ErrorObject, path: string): boolean {
  return instancePath === path || instancePath.startsWith(`${path}/`);
}

/** Where a text or an object may stand, only the complaints about the one that does stand there help. */
function concerns({ keyword, schemaPath, data }: ErrorObject): boolean {
  if (keyword === 'anyOf') return false;
  if (!schemaPath.includes('/anyOf/')) return true;
  return keyword === 'const' ? typeof data === 'string' : keyword !== 'type';
}

function placeOf({ instancePath }: ErrorObject): Place {
  return instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

function describe(error: ErrorObject, place: Place, problemAt: ProblemAt): Problem {
  const { keyword, params, data } = error;
  if (keyword === 'additionalProperties') {
    const name = String(params.additionalProperty);
    const known = Object.keys(Object(error.parentSchema).properties ?? {});
    return problemAt([...place, name], `unknown key "${name}"${suggest(name, known)}`);
  }
  if (keyword === 'required') return problemAt(place, `"${params.missingProperty}" is missing`);
  if (keyword === 'enum' || keyword === 'const') {
    const known = [params.allowedValues ?? params.allowedValue].flat().map(String);
    return problemAt(place, `unknown value "${data}"${suggest(String(data), known)}`);
  }
  if (keyword === 'anyOf')
    return problemAt(place, `${place.at(-1)} must be ${listAlternatives(error.schema)}`);
  return problemAt(place, `${place.at(-1) ?? 'the file'} ${error.message ?? 'is wrong'}`);
}

function listAlternatives(schemas: unknown): string {
  return [schemas]
    .flat()
    .map((schema) => {
      const { type, const: value } = Object(schema);
      return String(type ?? JSON.stringify(value));
    })
    .join(' or ');
}
