// Puts a package together from its parts: as source, which Elastic's tools build and test, and as built, which Kibana takes.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  type AlertRule,
  type DashboardDefinition,
  type SavedObject,
  titleOf,
} from '../../../dashboards/index.ts';
import { ecsVersion } from '../../../fields/ecs.ts';
import type { RegisteredKind } from '../../sources/stream-source.ts';
import { allFields, writeDataStream } from './data-streams.ts';
import { resolveReference } from './fields/ecs-schema.ts';
import { writeRuleTemplates, writeSavedObjects } from './kibana-files.ts';
import {
  completeManifest,
  findScreenshot,
  imageName,
  type Manifest,
  readChangelog,
  screenshotFile,
} from './manifest-file.ts';
import type { PackageDataStream } from './package-data-stream.ts';
import { type PackageFiles, sortFiles, toYaml } from './package-files.ts';
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

export interface PackageParts {
  /** The root of the repository. */
  readonly root: string;
  readonly manifest: Manifest;
  readonly streams: readonly PackageDataStream[];
  readonly dashboards: readonly DashboardDefinition[];
  readonly savedObjects: readonly SavedObject[];
  readonly rules: readonly AlertRule[];
  /** The kinds of source that its streams read. */
  readonly kinds: readonly RegisteredKind[];
  /** The path of its changelog. */
  readonly changelog: string;
  /** The file in `docs/package/` from which the README is made. */
  readonly readme: string;
  /** Writes the text of each fixture for tests of pipelines, by its path in the package: most of the work, done last. */
  readonly writeTests: () => readonly (readonly [string, string])[];
}

/** Throws a DefinitionError where something does not fit together. */
export function assemblePackage(parts: PackageParts): Package {
  const { manifest, streams, savedObjects, writeTests } = parts;
  const common = writeCommon(parts);
  const template = readReadmeTemplate(parts);
  const docs = writeDocs(template, streams);
  const source = new Map<string, string | Uint8Array>([
    ...common,
    ...docs,
    ...writeStreams(streams, (field) => field),
    ...writeDevelopment(template),
    ...writeTests(),
  ]);
  const built = new Map([...common, ...docs, ...writeStreams(streams, resolveReference)]);
  return {
    name: manifest.name,
    version: manifest.version,
    source: sortFiles(source),
    built: sortFiles(built),
    savedObjects,
  };
}

function writeCommon(parts: PackageParts): Map<string, string | Uint8Array> {
  const { root, savedObjects, dashboards, rules, kinds, manifest } = parts;
  const screenshots = dashboards.flatMap((each) => findScreenshot(root, each.id, titleOf(each)) ?? []);
  const files = new Map<string, string | Uint8Array>([
    ['manifest.yml', toYaml(completeManifest(manifest, screenshots, kinds))],
    ['changelog.yml', readChangelog(parts.changelog, manifest.version)],
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

function readReadmeTemplate(given: PackageParts): string {
  const { root, readme, streams } = given;
  const file = join(root, 'docs', 'package', readme);
  const text = readText(file);
  const parts = writeReadmeParts(given);
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
function writeDevelopment(template: string): [string, string][] {
  return [
    ['_dev/build/build.yml', toYaml({ dependencies: { ecs: { reference: `git@v${ecsVersion}` } } })],
    ['_dev/build/docs/README.md', template],
  ];
}
