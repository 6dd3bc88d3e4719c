// A JSON Schema that is compiled when it is first asked for. Compiling one takes longer than reading the files that it
// is for, and most commands read none of them.

import { Ajv, type Options, type ValidateFunction } from 'ajv';

/** For files of people: every fault is told, with the value that is wrong. */
const forFiles: Options = { allErrors: true, allowUnionTypes: true, verbose: true };

/** Returns the same function at each call. */
export function compiledSchema<T>(schema: object, options: Options = forFiles): () => ValidateFunction<T> {
  let compiled: ValidateFunction<T> | undefined;
  return () => {
    compiled ??= new Ajv(options).compile<T>(schema);
    return compiled;
  };
}
