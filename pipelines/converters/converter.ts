// What a verb is: one way to turn a value of a record into what a field holds, written for both targets side by side.
// Reading from a record and writing to a document are the engine's business, not a verb's.

import type { Json } from '../json/json.ts';

/** A value that was understood, or undefined where it cannot be. Never throws. */
export type Convert = (value: Json) => Json;

export interface Verb {
  /** As written after `as:`. */
  readonly name: string;
  /** One sentence for the docs. */
  readonly about: string;
  /**
   * Names below the target, for a verb that fills several fields; the first is what the others describe. Such a verb
   * may give a list, for a target that holds people: others take the first.
   */
  readonly fills?: readonly string[];
  /** Names below the target, for a verb that makes objects for a list of them. */
  readonly makes?: readonly string[];
  /** Given every value at once instead of one after the other. */
  readonly takesAll?: boolean;
  /** Given what each path of `from` gives, in their order, as one list: a value, a list of them, or undefined. */
  readonly joins?: boolean;
  /** Names the options, by what they are; a verb without takes none. */
  readonly options?: 'text' | 'table';
  /** The input's target. */
  compile(options: Json): Convert;
  /**
   * The ingest pipeline's target: the body of a Painless function that gets `def value` and `def options`, and
   * returns as `Convert` does, null for undefined. It may call other verbs: `ip_version` is `toIpVersion`.
   */
  readonly painless: string;
  /** Functions that the body calls, where it needs any of its own. */
  readonly painlessFunctions?: string;
  /** Run against both targets. */
  readonly examples: readonly Example[];
}

export interface Example {
  readonly given: Json;
  readonly options?: Json;
  /** Absent: not understood. */
  readonly gives?: Json;
}
