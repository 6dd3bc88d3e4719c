// Reads record-type files and checks their shape; every problem comes with its file and line.

import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Ajv, type ErrorObject } from 'ajv';
import { type Document, isMap, isNode, LineCounter, parseDocument } from 'yaml';
import { DefinitionError, type Problem, suggest } from './problem.ts';
import { type FileSource, fileSchema } from './schema.ts';

/** Keys and list positions that lead to a place in a file. */
export type Place = readonly (string | number)[];

export interface SourceFile {
  /** `sign-in` for `sign-in.yml`. */
  readonly name: string;
  readonly content: FileSource;
  problemAt(place: Place, message: string): Problem;
}

const validate = new Ajv({ allErrors: true, allowUnionTypes: true, verbose: true }).compile<FileSource>(
  fileSchema,
);

/** All `.yml` files of a folder, by name. Throws a DefinitionError that holds every problem of every file. */
export function readFiles(folder: string): SourceFile[] {
  const problems: Problem[] = [];
  const files: SourceFile[] = [];
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.yml'))
    .sort();
  for (const name of names) {
    const file = readFile(join(folder, name), problems);
    if (file !== undefined) files.push(file);
  }
  if (problems.length > 0) throw new DefinitionError(problems);
  return files;
}

function readFile(path: string, problems: Problem[]): SourceFile | undefined {
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(path, 'utf8'), { lineCounter: lines });
  const problemAt = (place: Place, message: string): Problem => ({
    file: path,
    line: lineOf(document, lines, place),
    message,
  });
  const broken = document.errors.map((error) => ({
    file: path,
    line: lines.linePos(error.pos[0]).line,
    message: error.message.split('\n', 1)[0] ?? '',
  }));
  problems.push(...broken);
  if (broken.length > 0) return undefined;
  const content: unknown = document.toJS();
  if (validate(content)) return { name: basename(path, '.yml'), content, problemAt };
  problems.push(...(validate.errors ?? []).flatMap((error) => describe(error, problemAt)));
  return undefined;
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

function describe(error: ErrorObject, problemAt: SourceFile['problemAt']): Problem[] {
  if (error.keyword === 'anyOf' || error.keyword === 'if') return [];
  const place = error.instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  const { params } = error;
  if (error.keyword === 'additionalProperties') {
    const name = String(params.additionalProperty);
    const known = Object.keys(Object(error.parentSchema).properties ?? {});
    return [problemAt([...place, name], `unknown key "${name}"${suggest(name, known)}`)];
  }
  if (error.keyword === 'enum') {
    const known = [params.allowedValues].flat().map(String);
    return [problemAt(place, `unknown value "${error.data}"${suggest(String(error.data), known)}`)];
  }
  return [problemAt(place, `${place.at(-1) ?? 'the file'} ${error.message ?? 'is wrong'}`)];
}
