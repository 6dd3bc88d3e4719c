// Builds the package for clusters where Elastic's own package is installed and stays: that one maps the records, and this
// one collects them and reports completeness.

import { join } from 'node:path';
import {
  createFieldLookup,
  generateAlertRules,
  generateSavedObjects,
  loadDashboards,
  readCollectionFields,
} from '../../../../dashboards/index.ts';
import { mainDataset } from '../../../../pipelines/datasets.ts';
import { readDefinitions } from '../../../../pipelines/language/index.ts';
import { collectionDataset } from '../../../settings/policy/read-completeness.ts';
import { readVersion } from '../../version.ts';
import { assemblePackage, type Package } from '../assemble-package.ts';
import { repository } from '../build-package.ts';
import { collectionStream, kindOf } from '../data-streams.ts';
import { readOwnManifest } from '../manifest-file.ts';
import { writeReportTest } from '../pipelines/pipeline-tests.ts';
import { renameObjects, renameRules } from './own-ids.ts';
import { rawStream } from './raw-stream.ts';

/** Throws a DefinitionError where something does not fit together. */
export function buildCollectorPackage(root = repository): Package {
  const definitions = readDefinitions(mainDataset, join(root, 'pipelines'));
  const collectionFields = readCollectionFields(join(root, 'dashboards', 'collection-fields.yml'));
  const fields = createFieldLookup([definitions], collectionFields);
  // What asks for mapped records is for the owner of the records to show.
  const dashboards = loadDashboards(join(root, 'dashboards', 'definitions')).filter(({ content }) =>
    content.datasets.every((dataset) => dataset === collectionDataset),
  );
  const manifest = readOwnManifest(root, readVersion(), 'm365_collector');
  const rules = generateAlertRules(fields, join(root, 'dashboards', 'alert-rules.yml'));
  return assemblePackage({
    root,
    manifest,
    streams: [rawStream(definitions.dataset), collectionStream(collectionFields)],
    kinds: [kindOf(mainDataset)],
    changelog: join(root, 'changelog.yml'),
    dashboards,
    savedObjects: renameObjects(generateSavedObjects(dashboards, fields), manifest.name),
    rules: renameRules(rules, manifest.name),
    readme: 'collector.md.hbs',
    writeTests: writeReportTest,
  });
}
