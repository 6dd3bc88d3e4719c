// Reads a YAML file and checks its shape: each problem has a file, a line and a suggestion.

import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { ErrorObject, ValidateFunction } from 'ajv';
import { type Document, isMap, isNode, LineCounter, parseDocument, type YAMLParseError } from 'yaml';
import { type DefinitionProblem, suggest } from './problem.ts';

/** Keys and list positions that lead to a node of a file. */
export type YamlPath = readonly (string | number)[];

/** Makes the problem with a node of a file. */
export type ProblemAt = (path: YamlPath, message: string) => DefinitionProblem;

/** Either the content, in the shape that was asked for, or problems. */
export type YamlFile<T> =
  | { readonly content: T; readonly problemAt: ProblemAt }
  | { readonly content: undefined; readonly problems: readonly DefinitionProblem[] };

export function readYamlFile<T>(path: string, validate: ValidateFunction<T>): YamlFile<T> {
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(path, 'utf8'), { lineCounter: lines });
  const file = relative(process.cwd(), path);
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => ({
      file,
      line: lines.linePos(error.pos[0]).line,
      message: describeSyntax(error),
    }));
    return { content: undefined, problems };
  }
  const problemAt: ProblemAt = (path, message) => ({ file, line: lineOf(document, lines, path), message });
  const content: unknown = document.toJS();
  if (validate(content)) return { content, problemAt };
  return { content: undefined, problems: describeErrors(validate, [], problemAt) };
}

function describeSyntax({ message, code }: YAMLParseError): string {
  const [first = ''] = message.split(/ at line \d+|\n/, 1);
  return code === 'BLOCK_AS_IMPLICIT_KEY' ? `${first}: a text that holds ": " stands in quotes` : first;
}

/** The line of the deepest part of the path that exists: of its key, where it has one. */
function lineOf(document: Document, lines: LineCounter, path: YamlPath): number {
  for (let length = path.length; length > 0; length -= 1) {
    const parent: unknown = document.getIn(path.slice(0, length - 1), true);
    const pair = isMap(parent)
      ? parent.items.find(({ key }) => String(key) === String(path[length - 1]))
      : undefined;
    const node: unknown = pair?.key ?? document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

/** The errors of a schema below a path, as problems. */
export function describeErrors(
  validate: ValidateFunction,
  above: YamlPath,
  problemAt: ProblemAt,
): DefinitionProblem[] {
  const errors = validate.errors ?? [];
  const direct = errors.filter(concerns);
  const implied = errors.filter(
    (error) =>
      error.keyword === 'anyOf' &&
      (asksForKeys(error.schema) || !direct.some((other) => isWithin(other, error.instancePath))),
  );
  return [...direct, ...implied].map((error) => describe(error, [...above, ...pathOf(error)], problemAt));
}

function isWithin({ instancePath }: ErrorObject, path: string): boolean {
  return instancePath === path || instancePath.startsWith(`${path}/`);
}

/** A text or an object may stand in some places: only the errors about the one that does stand there help. */
function concerns({ keyword, schemaPath, data, parentSchema }: ErrorObject): boolean {
  if (keyword === 'anyOf' || keyword === 'propertyNames') return false;
  if (!schemaPath.includes('/anyOf/')) return true;
  if (keyword === 'required') return !asksForKeys([parentSchema]);
  return keyword === 'const' ? typeof data === 'string' : keyword !== 'type';
}

/** The alternatives are keys then, of which one has to be there. */
function asksForKeys(alternatives: unknown): boolean {
  return Array.isArray(alternatives) && alternatives.every((one) => Object.keys(one).join() === 'required');
}

function pathOf({ instancePath }: ErrorObject): YamlPath {
  return instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

function describe(error: ErrorObject, path: YamlPath, problemAt: ProblemAt): DefinitionProblem {
  const { keyword, params, propertyName } = error;
  if (keyword === 'additionalProperties') {
    const name = String(params.additionalProperty);
    const known = Object.keys(Object(error.parentSchema).properties ?? {});
    return problemAt([...path, name], `unknown key "${name}"${suggestOneOf(name, known)}`);
  }
  if (keyword === 'pattern' && propertyName !== undefined)
    return problemAt([...path, propertyName], `"${propertyName}" is no number`);
  return problemAt(path, describeAt(error, nameOf(path)));
}

/** An item of a list has no name but its number. */
function nameOf(path: YamlPath): string {
  const last = path.at(-1);
  if (typeof last === 'number') return `entry ${last + 1} of ${nameOf(path.slice(0, -1))}`;
  return last ?? 'the file';
}

function describeAt(error: ErrorObject, name: string): string {
  const { keyword, params, data, schema, message } = error;
  switch (keyword) {
    case 'required':
      return `"${params.missingProperty}" is missing`;
    case 'dependencies':
      return `"${params.property}" needs "${params.missingProperty}" beside it`;
    case 'enum':
    case 'const': {
      const known = [params.allowedValues ?? params.allowedValue].flat().map(String);
      return `unknown value "${data}"${suggestOneOf(String(data), known)}`;
    }
    case 'anyOf':
      return asksForKeys(schema)
        ? `${listKeys(schema)} is missing`
        : `${name} must be ${listAlternatives(schema)}`;
    case 'type':
      return `${name} must be ${[params.type].flat().join(' or ')}`;
    case 'minProperties': {
      const known = Object.keys(Object(error.parentSchema).properties ?? {});
      return `${name} says too little${known.length === 0 ? '' : `; its keys: ${known.join(', ')}`}`;
    }
    case 'maxProperties':
      return `${name} must have one key, not ${Object.keys(Object(data)).join(' and ')}`;
    default:
      return `${name} ${message ?? 'is wrong'}`;
  }
}

/** More than a reader looks through. */
const mostListed = 12;

/** The nearest known name; where none is near, all of them, if they are few. */
function suggestOneOf(name: string, known: readonly string[]): string {
  const near = suggest(name, known);
  return near === '' && known.length > 0 && known.length <= mostListed
    ? `; one of ${known.join(', ')}`
    : near;
}

function listKeys(schemas: unknown): string {
  return [schemas]
    .flat()
    .flatMap((schema) => Object(schema).required)
    .map((key) => `"${key}"`)
    .join(' or ');
}

function listAlternatives(schemas: unknown): string {
  return [schemas]
    .flat()
    .map((schema) => {
      const { type, const: value } = Object(schema);
      return [type ?? JSON.stringify(value)].flat().join(' or ');
    })
    .join(' or ');
}
