// The datasets of this project, by name, each with a folder of its own for its `dataset.yml` and its record types.
// Generators go through all of them; a source says which one its records are of.

/**
 * The integration packages that have the data streams. One owner of a dataset, such as a package of Elastic's, keeps all of
 * a package out, so that the datasets of each foreign owner are in a package of their own.
 */
export const datasetPackages = ['m365', 'm365_entra', 'm365_security', 'm365_mailflow'] as const;

export type DatasetPackage = (typeof datasetPackages)[number];

/** The package that collects for Elastic's o365, where that stays, and maps nothing. */
export const collectorPackage = 'm365_collector';

/** By its whole name: Elastic has packages that begin as these do, such as m365_defender. */
export function isOwnPackage(name: string): boolean {
  return name === collectorPackage || datasetPackages.some((each) => each === name);
}

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
  'm365.service_health': placeOf('service-health', 'm365'),
  'azure.auditlogs': placeOf('entra-audits', 'm365_entra'),
  'azure.signinlogs': placeOf('entra-sign-ins', 'm365_entra'),
  'azure.provisioning': placeOf('entra-provisioning', 'm365_entra'),
  'azure.identity_protection': placeOf('entra-risks', 'm365_entra'),
  'm365_defender.alert': placeOf('defender-alerts', 'm365_security'),
  'm365_defender.incident': placeOf('defender-incidents', 'm365_security'),
  'microsoft_exchange_online_message_trace.log': placeOf('message-trace', 'm365_mailflow'),
} as const satisfies Record<string, DatasetPlace>;

export type DatasetName = keyof typeof datasets;

/** The dataset of records that come without a source: `m365 map` reads them, and dashboards are drawn of them. */
export const mainDataset: DatasetName = 'o365.audit';

export const datasetNames: readonly DatasetName[] = Object.keys(datasets).filter(isDataset);

export function datasetsOf(packageName: DatasetPackage): readonly DatasetName[] {
  return datasetNames.filter((name) => packageOfDataset(name) === packageName);
}

export function packageOfDataset(name: DatasetName): DatasetPackage {
  return datasets[name].package;
}

/**
 * Elastic's package that owns the dataset where it is installed: its name is the first part of the dataset's. Undefined of
 * a dataset that is this project's own.
 */
export function elasticPackageOf(dataset: string): string | undefined {
  const [owner = dataset] = dataset.split('.', 1);
  return owner === 'm365' ? undefined : owner;
}

function isDataset(name: string): name is DatasetName {
  return Object.hasOwn(datasets, name);
}
