// The files that the bundle holds: those of the repository that the program reads, and those that are read, checked and
// compiled now, so that nothing of that is left to its start.

import ecs from '@elastic/ecs';
import { compiledFile, readCollectionFields } from '../../../dashboards/field-lookup.ts';
import type { SavedObject } from '../../../dashboards/index.ts';
import { datasetNames } from '../../../pipelines/datasets.ts';
import { listOwnFiles, readOwnBytes, readOwnText } from '../../../pipelines/own-files.ts';
import { assetKinds } from '../../setup/assets.ts';
import { compiledRulesFile, readWritten } from '../explain/explain-records.ts';
import { compiledDashboards, compiledZip, type PackageName } from '../package/ready-package.ts';
import { commitFile } from '../version.ts';
import { ecsFile } from './bundled/ecs-file.ts';

/** Bytes by path, in the order of the paths. */
export type EmbeddedFiles = ReadonlyMap<string, Uint8Array>;

export interface ReadyPackages {
  readonly zips: ReadonlyMap<PackageName, Uint8Array>;
  readonly savedObjects: readonly SavedObject[];
}

export function compileFiles({ zips, savedObjects }: ReadyPackages, commit: string): EmbeddedFiles {
  const files = new Map<string, Uint8Array>([
    ...listRepositoryFiles().map((path): [string, Uint8Array] => [path, readSmall(path)]),
    [compiledFile, toJson(readCollectionFields())],
    ...datasetNames.map((name): [string, Uint8Array] => [
      compiledRulesFile(name),
      toJson(readWritten(undefined, name)),
    ]),
    [ecsFile, toJson({ EcsVersion: ecs.EcsVersion, EcsFlat: ecs.EcsFlat })],
    ...[...zips].map(([name, zip]): [string, Uint8Array] => [compiledZip(name), zip]),
    [compiledDashboards, toJson(savedObjects)],
    [commitFile, Buffer.from(commit)],
  ]);
  return new Map([...files].toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

function listRepositoryFiles(): string[] {
  const assets = assetKinds.flatMap((kind) =>
    ['fields', 'pipelines'].flatMap((folder) => listOwnFiles(`${folder}/generated/${kind}`)),
  );
  const definitions = listOwnFiles('pipelines/generated').filter((path) => path.endsWith('.json'));
  return ['package.json', ...definitions, ...assets];
}

/** JSON without the blanks that make it readable. */
function readSmall(path: string): Uint8Array {
  return path.endsWith('.json') ? toJson(JSON.parse(readOwnText(path))) : readOwnBytes(path);
}

function toJson(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}
