// Writes manifest.yml of the package, and those of its data streams. The hand-written part is read from the
// repository's own manifest.yml; the rest is derived.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Dataset } from '../../../pipelines/dataset.ts';
import { usualKind } from '../../sources/index.ts';
import type { RegisteredKind } from '../../sources/stream-source.ts';
import { writeCollectionVariables, writeSharedVariables, writeStreamVariables } from './form/variables.ts';
import { definitionError, readBytes, readText, readYaml } from './read-source.ts';

export interface Manifest {
  readonly name: string;
  readonly title: string;
  readonly version: string;
  readonly [key: string]: unknown;
}

/** What packages beside `m365` say of themselves, where that differs; one folder each. */
export const ownPartsOf = (root: string, packageName: string): string =>
  join(root, 'input', 'cli', 'package', 'packages', packageName);

/** The manifest of a package beside `m365`: what differs from that one is written in a file of its own. */
export function readOwnManifest(root: string, version: string, packageName: string): Manifest {
  const { content } = readYaml<Manifest>(join(ownPartsOf(root, packageName), 'manifest.yml'));
  return { ...readManifest(root, version), ...content };
}

/** Throws a DefinitionError where it is not YAML, or where its version is not that of the program. */
export function readManifest(root: string, version: string): Manifest {
  const file = join(root, 'manifest.yml');
  const { content: manifest, lineOf } = readYaml<Manifest>(file);
  if (manifest.version === version) return manifest;
  throw definitionError(
    file,
    lineOf('version'),
    `version ${manifest.version} is not that of package.json, ${version}`,
  );
}

/** Returns a changelog as it is written; throws a DefinitionError where its newest version is another. */
export function readChangelog(file: string, version: string): string {
  const { content, lineOf } = readYaml<readonly { readonly version?: string }[] | null>(file);
  const newest = content?.[0]?.version;
  if (newest === version) return readText(file);
  const found = newest === undefined ? 'nothing' : newest;
  throw definitionError(
    file,
    lineOf(0, 'version'),
    `the first entry is of ${found}, and the package of ${version}`,
  );
}

export interface Screenshot {
  readonly src: string;
  readonly title: string;
  readonly size: string;
  readonly type: 'image/png';
}

export function completeManifest(
  manifest: Manifest,
  screenshots: readonly Screenshot[],
  kinds: readonly RegisteredKind[],
): object {
  const pictures = screenshots.length === 0 ? {} : { screenshots };
  return { ...manifest, ...pictures, vars: writeSharedVariables(kinds) };
}

/** Pictures of dashboards, where they were taken: `dashboards/screenshots/<dashboard>.png`. */
export function findScreenshot(root: string, id: string, title: string): Screenshot | undefined {
  const file = screenshotFile(root, id);
  if (!existsSync(file)) return undefined;
  const { width, height } = readPngSize(file);
  return { src: `/img/${imageName(id)}`, title, size: `${width}x${height}`, type: 'image/png' };
}

export const screenshotFile = (root: string, id: string): string =>
  join(root, 'dashboards', 'screenshots', `${id}.png`);

export const imageName = (id: string): string => `m365-${id}.png`;

const pngSignature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

/** A PNG begins with its signature and the chunk that holds its size. */
function readPngSize(file: string): { width: number; height: number } {
  const png = readBytes(file);
  if (png.byteLength < 24 || !png.subarray(0, 8).equals(pngSignature))
    throw definitionError(file, 1, 'is no PNG');
  return { width: png.readUInt32BE(16), height: png.readUInt32BE(20) };
}

/** The limit leaves room for fields that operators add beside those of the package. */
const roomForFields = 4000;

const indexTemplate = {
  settings: { index: { mapping: { total_fields: { limit: roomForFields } } } },
};

export function writeRecordManifest(dataset: Dataset, kind: RegisteredKind): object {
  return {
    title: dataset.title,
    type: 'logs',
    dataset: dataset.name,
    streams: [
      {
        input: 'm365',
        ...(needsConsentOfItsOwn(dataset, kind) && { enabled: false }),
        title: dataset.title,
        description: describeStream(kind),
        template_path: 'stream.yml.hbs',
        vars: writeStreamVariables(kind),
      },
    ],
    elasticsearch: { index_template: indexTemplate },
  };
}

/** Beside the audit log, what needs other permissions is off until it is asked for: else it fails in every policy there is. */
function needsConsentOfItsOwn(dataset: Dataset, { name }: RegisteredKind): boolean {
  return dataset.package === 'm365' && name !== usualKind;
}

function describeStream({ name, reference }: RegisteredKind): string {
  if (reference === undefined) throw new Error(`${name} has no reference, from which a form is described`);
  const { title, permissions, licence } = reference.logType;
  return `Collect ${title} of one tenant. Permissions: ${permissions.join(', ')}. Licence: ${licence}.`;
}

export function writeCollectionManifest(): object {
  return {
    title: 'Completeness of Microsoft 365 audit logs',
    type: 'logs',
    dataset: 'm365.collection',
    streams: [writeCollectionStream()],
  };
}

export function writeCollectionStream(): object {
  return {
    input: 'm365',
    title: 'Completeness',
    description:
      'Ship what became of everything that Microsoft listed: delivered, late, lost and why, lag and throttling.',
    template_path: 'stream.yml.hbs',
    vars: writeCollectionVariables(),
  };
}
