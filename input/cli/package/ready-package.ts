// Gives the integration packages, ready to be uploaded: built from the repository, or as the bundle holds them.

import type { SavedObject } from '../../../dashboards/index.ts';
import { collectorPackage, type DatasetPackage, datasetPackages } from '../../../pipelines/datasets.ts';
import { isBundled, readOwnBytes, readOwnText } from '../../../pipelines/own-files.ts';

export type PackageName = DatasetPackage | typeof collectorPackage;

/** Those that have a dataset, and the one that collects for another package. */
export const packageNames: readonly PackageName[] = [...datasetPackages, collectorPackage];

/** The zip of a package as the bundle has it. */
export const compiledZip = (name: PackageName): string => `compiled/${name}.zip`;
/** The dashboards of the package `m365` as the bundle has them. */
export const compiledDashboards = 'compiled/dashboards.json';

/** Returns the zip that Kibana takes. */
export async function findZip(which: PackageName): Promise<Uint8Array> {
  if (isBundled) return readOwnBytes(compiledZip(which));
  const { zipPackage } = await import('./zip.ts');
  const { name, version, built } = await build(which);
  return zipPackage(`${name}-${version}`, built);
}

export async function findSavedObjects(): Promise<readonly SavedObject[]> {
  if (isBundled) return JSON.parse(readOwnText(compiledDashboards));
  return (await import('./build-package.ts')).buildSavedObjects();
}

async function build(which: PackageName) {
  if (which === collectorPackage)
    return (await import('./collector/build-collector.ts')).buildCollectorPackage();
  return (await import('./build-package.ts')).buildPackage(undefined, which);
}
