// Builds the integration package from the repository: as source, which Elastic's tools build and test, and as built,
// which Kibana takes. The same repository gives the same bytes.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  type AlertRule,
  createFieldLookup,
  type DashboardDefinition,
  generateAlertRules,
  generateSavedObjects,
  loadDashboards,
  readCollectionFields,
  type SavedObject,
  titleOf,
} from '../../../dashboards/index.ts';
import { ecsVersion } from '../../../fields/ecs.ts';
import { mainDataset } from '../../../pipelines/datasets.ts';
import type { Definitions } from '../../../pipelines/definitions.ts';
import { readDefinitions } from '../../../pipelines/language/index.ts';
import { readVersion } from '../version.ts';
import { allFields, listDataStreams, type PackageDataStream, writeDataStream } from './data-streams.ts';
import { resolveReference } from './fields/ecs-schema.ts';
import { writeRuleTemplates, writeSavedObjects } from './kibana-files.ts';
import {
  completeManifest,
  findScreenshot,
  imageName,
  type Manifest,
  readChangelog,
  readManifest,
  screenshotFile,
} from './manifest-file.ts';
import { type PackageFiles, sortFiles, toYaml } from './package-files.ts';
import { writePipelineTests } from './pipelines/pipeline-tests.ts';
import { definitionError, readBytes, readText } from './read-source.ts';
import { type ReadmeData, renderReadme, writeReadmeTemplate } from './readme/readme.ts';
import { writeReadmeParts } from './readme/readme-parts.ts';

export interface Package {
  readonly name: string;
  readonly version: string;
  /** The package as source, with `_dev` and with references to ECS. */
  readonly source: PackageFiles;
  /** The package as built, without them: a zip holds this. */
  readonly built: PackageFiles;
  /** The dashboards, searches and tag by themselves, for a Kibana that imports them without the package. */
  readonly savedObjects: readonly SavedObject[];
}

const repository = join(import.meta.dirname, '..', '..', '..');

/** Throws a DefinitionError where something does not fit together. */
export function buildPackage(root = repository): Package {
  const definitions = readDefinitions(mainDataset, join(root, 'pipelines'));
  const dashboards = loadDashboards(join(root, 'dashboards', 'definitions'));
  const collectionFields = readCollectionFields(join(root, 'dashboards', 'collection-fields.yml'));
  const fields = createFieldLookup(definitions, collectionFields);
  const rules = generateAlertRules(fields, join(root, 'dashboards', 'alert-rules.yml'));
  const streams = listDataStreams(definitions, collectionFields);
  const manifest = readManifest(root, readVersion());
  const savedObjects = generateSavedObjects(dashboards, fields);
  const common = writeCommon(root, { savedObjects, dashboards, rules, manifest });
  const template = readReadmeTemplate(root, { streams, rules });
  const source = new Map([...common, ...writeDocs(template, streams), ...writeStreams(streams, asIs)]);
  for (const [path, text] of writeDevelopment(template, root, definitions)) source.set(path, text);
  const built = new Map([
    ...common,
    ...writeDocs(template, streams),
    ...writeStreams(streams, resolveReference),
  ]);
  return {
    name: manifest.name,
    version: manifest.version,
    source: sortFiles(source),
    built: sortFiles(built),
    savedObjects,
  };
}

const asIs = <T>(value: T): T => value;

interface PackageParts {
  readonly savedObjects: readonly SavedObject[];
  readonly dashboards: readonly DashboardDefinition[];
  readonly rules: readonly AlertRule[];
  readonly manifest: Manifest;
}

function writeCommon(
  root: string,
  { savedObjects, dashboards, rules, manifest }: PackageParts,
): Map<string, string | Buffer> {
  const screenshots = dashboards.flatMap((each) => findScreenshot(root, each.id, titleOf(each)) ?? []);
  const files = new Map<string, string | Buffer>([
    ['manifest.yml', toYaml(completeManifest(manifest, screenshots))],
    ['changelog.yml', readChangelog(root, manifest.version)],
    ['LICENSE.txt', readText(join(root, 'LICENSE'))],
    ['img/m365.svg', readText(join(root, 'img', 'm365.svg'))],
    ...writeSavedObjects(savedObjects),
    ...writeRuleTemplates(rules),
  ]);
  for (const { id } of dashboards) {
    const file = screenshotFile(root, id);
    if (existsSync(file)) files.set(`img/${imageName(id)}`, readBytes(file));
  }
  return files;
}

function writeStreams(streams: readonly PackageDataStream[], spell: Parameters<typeof writeDataStream>[1]) {
  return streams.flatMap((stream) => [...writeDataStream(stream, spell)]);
}

function readReadmeTemplate(
  root: string,
  {
    streams,
    rules,
  }: { readonly streams: readonly PackageDataStream[]; readonly rules: readonly AlertRule[] },
): string {
  const file = join(root, 'docs', 'package', 'README.md.hbs');
  const text = readText(file);
  const parts = writeReadmeParts(root, rules);
  try {
    const names = streams.map(({ name }) => name);
    return writeReadmeTemplate(text, parts, names);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const [, parsing, running] = /on line (\d+)|- (\d+):\d+$/.exec(message) ?? [];
    throw definitionError(file, Number(parsing ?? running ?? 1), message);
  }
}

function writeDocs(template: string, streams: readonly PackageDataStream[]): [string, string][] {
  const data: ReadmeData = {
    fields: new Map(streams.map((stream) => [stream.name, allFields(stream)])),
    events: new Map(streams.map(({ name, sample }) => [name, sample])),
  };
  return [['docs/README.md', renderReadme(template, data)]];
}

/** Files that Elastic's tools read and Kibana never sees. */
function writeDevelopment(template: string, root: string, definitions: Definitions): [string, string][] {
  return [
    ['_dev/build/build.yml', toYaml({ dependencies: { ecs: { reference: `git@v${ecsVersion}` } } })],
    ['_dev/build/docs/README.md', template],
    ...writePipelineTests(root, definitions),
  ];
}
