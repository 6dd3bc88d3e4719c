// Builds an integration package from the repository: one for each owner of datasets. The same repository gives the same
// bytes.

import { join } from 'node:path';
import {
  createFieldLookup,
  dashboardsOf,
  generateAlertRules,
  generateSavedObjects,
  loadDashboards,
  readCollectionFields,
  type SavedObject,
} from '../../../dashboards/index.ts';
import { type DatasetName, type DatasetPackage, datasetsOf } from '../../../pipelines/datasets.ts';
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
      ...listDashboards(name, definitions, sources),
      rules: listRules(sources),
      changelog: join(root, 'changelog.yml'),
      readme: 'README.md.hbs',
      writeTests: () => [...writeTests(), ...writeReportTest()],
    });
  return assemblePackage({
    ...parts,
    ...listDashboards(name, definitions, sources),
    rules: [],
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

/** The dashboards of a package ask for the fields of its datasets alone. */
function listDashboards(
  name: DatasetPackage,
  definitions: readonly Definitions[],
  { root, collectionFields }: DataStreamSources,
): Pick<PackageParts, 'dashboards' | 'savedObjects'> {
  const dashboards = dashboardsOf(name, loadDashboards(join(root, 'dashboards', 'definitions')));
  const fields = createFieldLookup(definitions, collectionFields);
  return { dashboards, savedObjects: generateSavedObjects(dashboards, fields) };
}

/** They watch the collection, which is of the package `m365`. */
function listRules({ root, collectionFields }: DataStreamSources): PackageParts['rules'] {
  const fields = createFieldLookup([], collectionFields);
  return generateAlertRules(fields, join(root, 'dashboards', 'alert-rules.yml'));
}

/** Builds the dashboards, searches and tag of the package `m365` without the rest of it. */
export function buildSavedObjects(): readonly SavedObject[] {
  return generateSavedObjects(dashboardsOf('m365', loadDashboards()), createFieldLookup());
}
