// The datasets of this project, by name, each with a folder of its own for its `dataset.yml` and its record types.
// Generators go through all of them; a source says which one its records are of.

export interface DatasetPlace {
  /** Below `pipelines/`. */
  readonly folder: string;
  /** The compiled definitions, below `pipelines/generated/`. */
  readonly definitions: string;
  /** Schemas for editors, below `pipelines/generated/`. */
  readonly schemas: string;
  /** Where the pages about its record types and fields are, from the root of the repository. */
  readonly docs: string;
}

export const datasets = {
  'o365.audit': { folder: 'audit', definitions: 'definitions.json', schemas: 'schema', docs: 'docs' },
} as const satisfies Record<string, DatasetPlace>;

export type DatasetName = keyof typeof datasets;

/** Of records that come without a source: what `m365 map` reads, and what dashboards are drawn of. */
export const mainDataset: DatasetName = 'o365.audit';

export const datasetNames: readonly DatasetName[] = Object.keys(datasets).filter(isDataset);

function isDataset(name: string): name is DatasetName {
  return Object.hasOwn(datasets, name);
}
