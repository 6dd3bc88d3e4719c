// The datasets of this project, by name, each with a folder of its own for its `dataset.yml` and its record types.
// Generators go through all of them; a source says which one its records are of.

/** Packages whose datasets the records of this project are of. */
type DatasetPackage = 'm365' | 'm365_entra';

export interface DatasetPlace {
  /** The folder below `pipelines/`. */
  readonly folder: string;
  /** The compiled definitions, below `pipelines/generated/`. */
  readonly definitions: string;
  /** Schemas for editors, below `pipelines/generated/`. */
  readonly schemas: string;
  /** The integration package that has its data stream; its `dataset.yml` says the same. */
  readonly package: DatasetPackage;
  /** The folder of the pages about its record types and fields, from the root of the repository. */
  readonly docs: string;
}

function placeOf(folder: string, packageName: DatasetPackage): DatasetPlace {
  return {
    folder,
    definitions: `${folder}.json`,
    schemas: `schema/${folder}`,
    package: packageName,
    docs: `docs/${folder}`,
  };
}

export const datasets = {
  'o365.audit': {
    folder: 'audit',
    definitions: 'definitions.json',
    schemas: 'schema',
    package: 'm365',
    docs: 'docs',
  },
  'azure.auditlogs': placeOf('entra-audits', 'm365_entra'),
  'azure.signinlogs': placeOf('entra-sign-ins', 'm365_entra'),
  'azure.identity_protection': placeOf('entra-risks', 'm365_entra'),
} as const satisfies Record<string, DatasetPlace>;

export type DatasetName = keyof typeof datasets;

/** The dataset of records that come without a source: `m365 map` reads them, and dashboards are drawn of them. */
export const mainDataset: DatasetName = 'o365.audit';

export const datasetNames: readonly DatasetName[] = Object.keys(datasets).filter(isDataset);

/** Those whose data streams the package has, and `m365 setup` puts in place. */
export const packagedDatasets: readonly DatasetName[] = datasetNames.filter(
  (name) => datasets[name].package === 'm365',
);

function isDataset(name: string): name is DatasetName {
  return Object.hasOwn(datasets, name);
}
