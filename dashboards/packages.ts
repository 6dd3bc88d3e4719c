// The packages that install dashboards. A dashboard is of the package that has its datasets, so that it never asks for
// documents which nothing there maps; links and drill-downs stay inside of it, as another package may not be there.

import { type DatasetPackage, datasetNames, packageOfDataset } from '../pipelines/datasets.ts';

/** What its dashboards have in common where Kibana shows them among others. */
interface PackageLook {
  /** Stands in brackets before each title. */
  readonly prefix: string;
  /** The tag of its dashboards and searches, with a sentence about it. */
  readonly tag: string;
  readonly about: string;
}

const looks: Readonly<Record<DatasetPackage, PackageLook>> = {
  m365: { prefix: 'O365', tag: 'Microsoft 365', about: 'Microsoft 365 audit logs' },
  m365_entra: { prefix: 'Entra', tag: 'Microsoft Entra', about: 'Sign-ins, directory audits and risks' },
  m365_security: { prefix: 'Defender', tag: 'Microsoft Defender', about: 'Alerts and incidents' },
  m365_mailflow: { prefix: 'Exchange', tag: 'Exchange mail flow', about: 'Traces of messages' },
};

export function lookOf(name: DatasetPackage): PackageLook {
  return looks[name];
}

/** By dataset: those of records, and the collector's own reports. */
const owners: ReadonlyMap<string, DatasetPackage> = new Map([
  ...datasetNames.map((name): [string, DatasetPackage] => [name, packageOfDataset(name)]),
  ['m365.collection', 'm365'],
]);

export const knownDatasets: readonly string[] = [...owners.keys()];

/** Returns undefined for a dataset that nobody here maps. */
export function ownerOf(dataset: string): DatasetPackage | undefined {
  return owners.get(dataset);
}
