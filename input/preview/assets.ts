// Reads the files of the preview's page: its own, and the charting library and the map of the world out of their
// packages.

import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OperatorError } from '../contract/errors.ts';

export interface PageAsset {
  readonly type: string;
  read(): Promise<Buffer>;
}

const pageFolder = join(import.meta.dirname, 'page');

const packaged: Readonly<Record<string, string>> = {
  '/packages/echarts.js': 'echarts/dist/echarts.min.js',
  '/packages/topojson.js': 'topojson-client/dist/topojson-client.min.js',
  '/packages/world.json': 'world-atlas/countries-110m.json',
};

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
};

/**
 * Reads the files, keyed by path; a request can reach no other file. Throws an OperatorError where a package is
 * missing.
 */
export function findAssets(): ReadonlyMap<string, PageAsset> {
  const own = readdirSync(pageFolder).map((name): [string, PageAsset] => [
    name === 'index.html' ? '/' : `/${name}`,
    assetAt(join(pageFolder, name)),
  ]);
  const others = Object.entries(packaged).map(([path, file]): [string, PageAsset] => [
    path,
    assetAt(resolvePackaged(file)),
  ]);
  return new Map([...own, ...others]);
}

const assetAt = (path: string): PageAsset => ({
  type: types[extname(path)] ?? 'application/octet-stream',
  read: () => readFile(path),
});

function resolvePackaged(file: string): string {
  try {
    return fileURLToPath(import.meta.resolve(file));
  } catch (cause) {
    throw new OperatorError({
      code: 'preview-packages',
      message: `The preview needs the package ${file.split('/', 1)[0]}, which is not installed.`,
      advice: 'Run npm ci in the folder of this program.',
      retry: { kind: 'never' },
      cause,
    });
  }
}
