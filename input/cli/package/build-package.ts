// Builds an integration package from the repository: one for each owner of datasets. The same repository gives the same
// bytes.

import { join } from 'node:path';
import {
  createFieldLookup,
  generateAlertRules,
  generateSavedObjects,
  loadDashboards,
  readCollectionFields,
  type SavedObject,
} from '../../../dashboards/index.ts';
import {
  type DatasetName,
  type DatasetPackage,
  datasetsOf,
  mainDataset,
} from '../../../pipelines/datasets.ts';
import type { Definitions } from '../../../pipelines/definitions.ts';
import { readDefinitions } from '../../../pipelines/language/index.ts';
import { readVersion } from '../version.ts';
import { assemblePackage, type Package, type PackageParts } from './assemble-package.ts';
import { type DataStreamSources, kindOf, listDataStreams } from './data-streams.ts';
import { ownPartsOf, readManifest, readOwnManifest } from './manifest-file.ts';
import { writePipelineTests, writeReportTest } from './pipelines/pipeline-tests.ts';

export const repository = join(import.meta.dirname, '..', '..', '..');

/** Throws a DefinitionError where something does not fit together. */
export function buildPackage(root = repository, name: DatasetPackage = 'm365'): Package {
  const manifest =
    name === 'm365' ? readManifest(root, readVersion()) : readOwnManifest(root, readVersion(), name);
  const sources = dataStreamSources(root);
  const definitions = datasetsOf(name).map(sources.readDefinitions);
  const writeTests = () => definitions.flatMap((each) => writePipelineTests(root, each));
  const kinds = datasetsOf(name).map(kindOf);
  const parts = { root, manifest, streams: listDataStreams(name, sources), kinds };
  if (name === 'm365')
    return assemblePackage({
      ...parts,
      ...listSavedObjects(root, sources),
      changelog: join(root, 'changelog.yml'),
      readme: 'README.md.hbs',
      writeTests: () => [...writeTests(), ...writeReportTest()],
    });
  return assemblePackage({
    ...parts,
    ...{ dashboards: [], savedObjects: [], rules: [] },
    changelog: join(ownPartsOf(root, name), 'changelog.yml'),
    readme: 'graph.md.hbs',
    writeTests,
  });
}

/** Definitions are read once, however often they are asked for. */
export function dataStreamSources(root = repository): DataStreamSources {
  const known = new Map<DatasetName, Definitions>();
  return {
    root,
    readDefinitions(dataset) {
      const definitions = known.get(dataset) ?? readDefinitions(dataset, join(root, 'pipelines'));
      known.set(dataset, definitions);
      return definitions;
    },
    collectionFields: readCollectionFields(join(root, 'dashboards', 'collection-fields.yml')),
  };
}

function listSavedObjects(
  root: string,
  { readDefinitions: read, collectionFields }: DataStreamSources,
): Pick<PackageParts, 'dashboards' | 'savedObjects' | 'rules'> {
  const dashboards = loadDashboards(join(root, 'dashboards', 'definitions'));
  const fields = createFieldLookup(read(mainDataset), collectionFields);
  return {
    dashboards,
    savedObjects: generateSavedObjects(dashboards, fields),
    rules: generateAlertRules(fields, join(root, 'dashboards', 'alert-rules.yml')),
  };
}

/** Builds the dashboards, searches and tag of the package without the rest of it. */
export function buildSavedObjects(): readonly SavedObject[] {
  return listSavedObjects(repository, dataStreamSources()).savedObjects;
}
