// A data stream of a package, before it becomes files.

import type { FieldFiles } from './fields/field-definitions.ts';

export interface PackageDataStream {
  /** The name of its folder. */
  readonly name: string;
  readonly manifest: object;
  readonly fields: FieldFiles;
  /** The text of each pipeline, by file name. */
  readonly pipelines: ReadonlyMap<string, string>;
  readonly template: string;
  readonly sample: object;
}
