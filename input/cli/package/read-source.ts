// Reads the repository's files that a package is made of. A file that cannot be read, or is not what it should be, is
// an error with file and line.

import { readFileSync } from 'node:fs';
import { isNode, LineCounter, parseDocument } from 'yaml';
import { DefinitionError } from '../../../pipelines/language/problem.ts';
import { describeFileFailure } from '../../files/file-failure.ts';

export function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw definitionError(file, 1, `cannot be read: ${describeFileFailure(cause)}`);
  }
}

export const readText = (file: string): string => readBytes(file).toString('utf8');

export function readJson<T>(file: string): T {
  const text = readText(file);
  try {
    return JSON.parse(text);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const position = Number(/at position (\d+)/.exec(message)?.[1] ?? text.length);
    throw definitionError(file, text.slice(0, position).split('\n').length, `is no JSON: ${message}`);
  }
}

export interface YamlSource<T> {
  readonly content: T;
  lineOf(...place: readonly (string | number)[]): number;
}

export function readYaml<T>(file: string): YamlSource<T> {
  const lines = new LineCounter();
  const document = parseDocument(readText(file), { lineCounter: lines });
  const [broken] = document.errors;
  if (broken) throw definitionError(file, lines.linePos(broken.pos[0]).line, broken.message);
  return {
    content: document.toJS(),
    lineOf(...place) {
      const node = document.getIn(place, true);
      return isNode(node) && node.range ? lines.linePos(node.range[0]).line : 1;
    },
  };
}

export function definitionError(file: string, line: number, message: string): DefinitionError {
  return new DefinitionError([{ file, line, message: message.split('\n', 1)[0] ?? '' }]);
}
