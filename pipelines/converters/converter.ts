// A converter turns a value of a record into the value of a field, once in TypeScript and once in Painless. Reading
// from a record and writing to a document are the engine's business.

import type { Json } from '../json/json.ts';

/** A value that was understood, or undefined where it cannot be. Never throws. */
export type Convert = (value: Json) => Json;

export interface Converter {
  /** The word that a record-type file writes after `as:`. */
  readonly name: string;
  /** One sentence for the docs. */
  readonly about: string;
  /**
   * The names below the target, for a converter that fills several fields; the first is what the others describe. Such
   * a converter may give a list, for a target that holds people: others take the first.
   */
  readonly fills?: readonly string[];
  /** The names below the target, for a converter that makes objects for a list of them. */
  readonly makes?: readonly string[];
  /** The converter gets every value at once instead of one after the other. */
  readonly takesAll?: boolean;
  /** The converter gets one list of what each path of `from` gives, in order: a value, a list of them, or undefined. */
  readonly joins?: boolean;
  /** The kind of the options; a converter without a kind takes none. */
  readonly options?: 'text' | 'table';
  /** The mapper runs the result; the ingest pipelines call the function of that name in the `.painless` file beside. */
  compile(options: Json): Convert;
  /** The tests run them against both targets. */
  readonly examples: readonly ConverterExample[];
}

export interface ConverterExample {
  readonly given: Json;
  readonly options?: Json;
  /** An example without it shows a value that is not understood. */
  readonly gives?: Json;
}
