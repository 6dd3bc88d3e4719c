// Reads the assets of all datasets from the files that fields/ and pipelines/ generate, and says which dataset one is of.

import { basename } from 'node:path';
import { type DatasetPackage, datasetNames, packageOfDataset } from '../../pipelines/datasets.ts';
import { isObject } from '../../pipelines/json/unknown.ts';
import { listOwnFiles, readOwnText } from '../../pipelines/own-files.ts';
import { collectionDataset } from '../settings/policy/read-completeness.ts';
import { assetKinds, type SetupAsset } from './assets.ts';

/** Reads `{fields,pipelines}/generated/<kind>/<name>.json`, each the body of a PUT. */
export function readOwnAssets(): readonly SetupAsset[] {
  return assetKinds.flatMap((kind) =>
    ['fields', 'pipelines']
      .flatMap((folder) => listOwnFiles(`${folder}/generated/${kind}`))
      .map((file) => ({ kind, name: basename(file, '.json'), body: readBody(file) })),
  );
}

function readBody(file: string): Readonly<Record<string, unknown>> {
  const body: unknown = JSON.parse(readOwnText(file));
  if (isObject(body)) return body;
  throw new Error(`${file} is not the body of an asset`);
}

/** The dataset that an asset is named for: `logs-<dataset>`, and what follows an `@`. */
export function datasetOfAsset({ name }: Pick<SetupAsset, 'name'>): string | undefined {
  const [named = ''] = name.replace(/^logs-/, '').split('@', 1);
  return [...datasetNames, collectionDataset].find((dataset) => dataset === named);
}

/** The package whose owner decides about the asset. */
export function packageOfAsset(asset: Pick<SetupAsset, 'name'>): DatasetPackage {
  const dataset = datasetOfAsset(asset);
  const named = datasetNames.find((name) => name === dataset);
  return named === undefined ? 'm365' : packageOfDataset(named);
}
