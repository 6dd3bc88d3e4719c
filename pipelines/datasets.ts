// The datasets of this project, by name, each with a folder of its own for its `dataset.yml` and its record types.
// Generators go through all of them; a source says which one its records are of.

export interface DatasetPlace {
  /** The folder below `pipelines/`. */
  readonly folder: string;
  /** The compiled definitions, below `pipelines/generated/`. */
  readonly definitions: string;
  /** Schemas for editors, below `pipelines/generated/`. */
  readonly schemas: string;
  /** The folder of the pages about its record types and fields, from the root of the repository. */
  readonly docs: string;
}

export const datasets = {
  'o365.audit': { folder: 'audit', definitions: 'definitions.json', schemas: 'schema', docs: 'docs' },
} as const satisfies Record<string, DatasetPlace>;

export type DatasetName = keyof typeof datasets;

/** The dataset of records that come without a source: `m365 map` reads them, and dashboards are drawn of them. */
export const mainDataset: DatasetName = 'o365.audit';

export const datasetNames: readonly DatasetName[] = Object.keys(datasets).filter(isDataset);

function isDataset(name: string): name is DatasetName {
  return Object.hasOwn(datasets, name);
}
