// Runs the processors of a policy on a document, one after the other. One that fails leaves the document as it found it,
// with a word in error.message, and the next one runs: no document is lost by a processor that does not fit it.

import { isObject, type Json, type JsonObject } from '../../../pipelines/json/json.ts';
import { setConstants } from '../constant-fields.ts';
import { readField, removeField, writeField } from '../field-path.ts';
import { compileCondition } from './conditions.ts';
import type { DocumentProcessor, FieldPair } from './processor.ts';

/** Changes the document; undefined where it is dropped. */
export type RunProcessors = (document: JsonObject) => JsonObject | undefined;

export function compileProcessors(processors: readonly DocumentProcessor[]): RunProcessors {
  const steps = processors.map(compileStep);
  return (document) => {
    let current: JsonObject | undefined = document;
    for (const step of steps) {
      if (current === undefined) return undefined;
      current = step(current);
    }
    return current;
  };
}

function compileStep(processor: DocumentProcessor): RunProcessors {
  const act = compileAction(processor);
  const holds = processor.when && compileCondition(processor.when);
  return (document) => (holds === undefined || holds(document) ? act(document) : document);
}

function compileAction(processor: DocumentProcessor): RunProcessors {
  switch (processor.kind) {
    case 'drop_event':
      return () => undefined;
    case 'add_fields': {
      const set = setConstants(processor.fields);
      return changing(set);
    }
    case 'add_tags':
      return changing((document) => addTags(document, processor.target, processor.tags));
    case 'drop_fields':
      return changing((document) => {
        for (const name of processor.names) removeField(document, name);
      });
    case 'rename':
      return pairwise(processor, (document, { from, to }, value) => {
        // The old one goes first, so that `a` may become `a.b`.
        removeField(document, from);
        writeField(document, to.split('.'), value);
      });
    case 'copy_fields':
      return pairwise(processor, (document, { to }, value) =>
        writeField(document, to.split('.'), structuredClone(value)),
      );
  }
}

/** Makes a step of a change that drops nothing. */
export function changing(change: (document: JsonObject) => void): RunProcessors {
  return (document) => {
    change(document);
    return document;
  };
}

function addTags(document: JsonObject, target: string, tags: readonly string[]): void {
  const there = readField(document, target);
  const known = there === undefined || there === null || isObject(there) ? [] : [there].flat();
  const added = tags.filter((tag) => !known.includes(tag));
  writeField(document, target.split('.'), [...known, ...added]);
}

type PairProcessor = Extract<DocumentProcessor, { kind: 'rename' | 'copy_fields' }>;

function pairwise(
  { kind, pairs, ignoreMissing, failOnError }: PairProcessor,
  change: (document: JsonObject, pair: FieldPair, value: Json) => void,
): RunProcessors {
  return (document) => {
    const before = failOnError && pairs.length > 1 ? structuredClone(document) : document;
    for (const pair of pairs) {
      const value = readField(document, pair.from);
      const failure = findFailure(document, pair, value);
      if (failure === undefined) change(document, pair, value);
      else if (failOnError && !(ignoreMissing && value === undefined)) {
        writeField(before, ['error', 'message'], `${kind}: ${failure}`);
        return before;
      }
    }
    return document;
  };
}

function findFailure(document: JsonObject, { from, to }: FieldPair, value: Json): string | undefined {
  if (value === undefined) return `there is no field ${from}`;
  return readField(document, to) === undefined ? undefined : `there is a field ${to} already`;
}
