// manifest.yml of the package, and those of its data streams. What people wrote by hand is read from the repository's
// own manifest.yml; what follows from elsewhere is put in.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isNode, LineCounter, parseDocument } from 'yaml';
import { DefinitionError } from '../../../pipelines/language/problem.ts';
import { writeCollectionVariables, writeVariables } from './variables.ts';

export interface Manifest {
  readonly name: string;
  readonly title: string;
  readonly version: string;
  readonly [key: string]: unknown;
}

/** Throws a DefinitionError where it is not YAML, or where its version is not that of the program. */
export function readManifest(root: string, version: string): Manifest {
  const file = join(root, 'manifest.yml');
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(file, 'utf8'), { lineCounter: lines });
  const [broken] = document.errors;
  if (broken) throw wrong(file, lines.linePos(broken.pos[0]).line, broken.message);
  const manifest: Manifest = document.toJS();
  if (manifest.version === version) return manifest;
  const node = document.get('version', true);
  const line = isNode(node) && node.range ? lines.linePos(node.range[0]).line : 1;
  throw wrong(file, line, `version ${manifest.version} is not that of package.json, ${version}`);
}

function wrong(file: string, line: number, message: string): DefinitionError {
  return new DefinitionError([{ file, line, message: message.split('\n', 1)[0] ?? '' }]);
}

export interface Screenshot {
  readonly src: string;
  readonly title: string;
  readonly size: string;
  readonly type: 'image/png';
}

export function completeManifest(manifest: Manifest, screenshots: readonly Screenshot[]): object {
  return screenshots.length === 0 ? manifest : { ...manifest, screenshots };
}

/** Pictures of dashboards where they were taken: `dashboards/screenshots/<dashboard>.png`. */
export function findScreenshot(root: string, id: string, title: string): Screenshot | undefined {
  const file = screenshotFile(root, id);
  if (!existsSync(file)) return undefined;
  const { width, height } = readPngSize(readFileSync(file));
  return { src: `/img/${imageName(id)}`, title, size: `${width}x${height}`, type: 'image/png' };
}

export const screenshotFile = (root: string, id: string): string =>
  join(root, 'dashboards', 'screenshots', `${id}.png`);

export const imageName = (id: string): string => `m365-${id}.png`;

/** A PNG begins with its signature and the chunk that holds its size. */
function readPngSize(png: Buffer): { width: number; height: number } {
  return { width: png.readUInt32BE(16), height: png.readUInt32BE(20) };
}

/** Room for fields that operators add beside those of the package. */
const roomForFields = 4000;

const indexTemplate = {
  settings: { index: { mapping: { total_fields: { limit: roomForFields } } } },
};

export function writeAuditManifest(): object {
  return {
    title: 'Microsoft 365 audit logs',
    type: 'logs',
    dataset: 'o365.audit',
    streams: [
      {
        input: 'm365',
        title: 'Microsoft 365 audit logs',
        description: 'Collect the audit logs of one tenant from the Office 365 Management Activity API.',
        template_path: 'stream.yml.hbs',
        vars: writeVariables(),
      },
    ],
    elasticsearch: { index_template: indexTemplate },
  };
}

export function writeCollectionManifest(): object {
  return {
    title: 'Completeness of Microsoft 365 audit logs',
    type: 'logs',
    dataset: 'm365.collection',
    streams: [
      {
        input: 'm365',
        title: 'Completeness',
        description:
          'Ship what became of everything that Microsoft listed: delivered, late, lost and why, lag and throttling.',
        template_path: 'stream.yml.hbs',
        vars: writeCollectionVariables(),
      },
    ],
  };
}
