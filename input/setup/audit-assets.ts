// Reads the assets of the audit data streams from the files that fields/ and pipelines/ generate.

import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isObject } from '../../pipelines/json/unknown.ts';
import { assetKinds, type SetupAsset } from './assets.ts';

const root = join(import.meta.dirname, '..', '..');

/** Reads `{fields,pipelines}/generated/<kind>/<name>.json`, each the body of a PUT. */
export function readAuditAssets(folder = root): readonly SetupAsset[] {
  return assetKinds.flatMap((kind) =>
    globSync(`{fields,pipelines}/generated/${kind}/*.json`, { cwd: folder })
      .toSorted()
      .map((file) => ({ kind, name: basename(file, '.json'), body: readBody(join(folder, file)) })),
  );
}

function readBody(file: string): Readonly<Record<string, unknown>> {
  const body: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (isObject(body)) return body;
  throw new Error(`${file} in ${dirname(file)} is not the body of an asset`);
}
