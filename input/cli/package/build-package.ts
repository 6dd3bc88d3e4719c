// Builds the integration package from the repository. The same repository gives the same bytes.

import { join } from 'node:path';
import {
  createFieldLookup,
  generateAlertRules,
  generateSavedObjects,
  loadDashboards,
  readCollectionFields,
} from '../../../dashboards/index.ts';
import { mainDataset } from '../../../pipelines/datasets.ts';
import { readDefinitions } from '../../../pipelines/language/index.ts';
import { readVersion } from '../version.ts';
import { assemblePackage, type Package } from './assemble-package.ts';
import { listDataStreams } from './data-streams.ts';
import { readManifest } from './manifest-file.ts';
import { writePipelineTests } from './pipelines/pipeline-tests.ts';

export const repository = join(import.meta.dirname, '..', '..', '..');

/** Throws a DefinitionError where something does not fit together. */
export function buildPackage(root = repository): Package {
  const definitions = readDefinitions(mainDataset, join(root, 'pipelines'));
  const dashboards = loadDashboards(join(root, 'dashboards', 'definitions'));
  const collectionFields = readCollectionFields(join(root, 'dashboards', 'collection-fields.yml'));
  const fields = createFieldLookup(definitions, collectionFields);
  return assemblePackage({
    root,
    manifest: readManifest(root, readVersion()),
    streams: listDataStreams(definitions, collectionFields),
    dashboards,
    savedObjects: generateSavedObjects(dashboards, fields),
    rules: generateAlertRules(fields, join(root, 'dashboards', 'alert-rules.yml')),
    readme: 'README.md.hbs',
    tests: writePipelineTests(root, definitions),
  });
}
