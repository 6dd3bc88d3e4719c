// Paths into a record, and conditions on what stands there, as they are once they are read from YAML.

/**
 * One step of a path; with `where`, only the items of a list whose key has that value, in any case: with an empty one
 * those without a value, with `not` those with another.
 */
export interface Step {
  readonly name: string;
  readonly where?: { readonly key: string; readonly value: string; readonly not?: true } | undefined;
}

export type Path = readonly Step[];

/**
 * Holds when any value at the path is one of `values` (lower case), or, without `values`, when there is any; with `not`,
 * when none is.
 */
export interface Condition {
  readonly path: Path;
  readonly values?: readonly string[] | undefined;
  readonly not?: true | undefined;
}
