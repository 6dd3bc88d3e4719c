// Reads the assets of the audit data streams from the files that fields/ and pipelines/ generate.

import { basename } from 'node:path';
import { datasetNames, packagedDatasets } from '../../pipelines/datasets.ts';
import { isObject } from '../../pipelines/json/unknown.ts';
import { listOwnFiles, readOwnText } from '../../pipelines/own-files.ts';
import { assetKinds, type SetupAsset } from './assets.ts';

/** Reads `{fields,pipelines}/generated/<kind>/<name>.json`, each the body of a PUT. */
export function readAuditAssets(): readonly SetupAsset[] {
  return assetKinds.flatMap((kind) =>
    ['fields', 'pipelines']
      .flatMap((folder) => listOwnFiles(`${folder}/generated/${kind}`))
      .filter((file) => !isOfAnotherPackage(basename(file)))
      .map((file) => ({ kind, name: basename(file, '.json'), body: readBody(file) })),
  );
}

/** Datasets of other packages have their templates and pipelines among the generated files too. */
function isOfAnotherPackage(file: string): boolean {
  return datasetNames.some((name) => file.startsWith(`logs-${name}`) && !packagedDatasets.includes(name));
}

function readBody(file: string): Readonly<Record<string, unknown>> {
  const body: unknown = JSON.parse(readOwnText(file));
  if (isObject(body)) return body;
  throw new Error(`${file} is not the body of an asset`);
}
