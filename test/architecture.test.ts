import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, expect, test } from '@jest/globals';

const root = join(import.meta.dirname, '..');

/** The design's table: which top folder may import which. */
const mayImport: Record<string, readonly string[]> = {
  fields: ['fields'],
  pipelines: ['pipelines', 'fields'],
  dashboards: ['dashboards', 'fields', 'pipelines'],
  input: ['input', 'pipelines', 'fields'],
};

interface Import {
  readonly from: string;
  readonly to: string;
}

function readImports(folder: string): Import[] {
  return globSync(`${folder}/**/*.ts`, { cwd: root }).flatMap((from) =>
    [...readFileSync(join(root, from), 'utf8').matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(
      (match) => ({
        from,
        to: normalize(relative(root, join(root, dirname(from), match[1] ?? ''))),
      }),
    ),
  );
}

const inside = (path: string, folder: string) => path.startsWith(`${folder}/`);

describe('the folders keep to the design', () => {
  test.each(Object.keys(mayImport))('%s imports only what its row allows', (folder) => {
    const strangers = readImports(folder).filter(
      ({ from, to }) =>
        !inside(from, 'input/cli') && !mayImport[folder]?.some((allowed) => inside(to, allowed)),
    );
    expect(strangers).toEqual([]);
  });

  test('nothing outside the command line imports the command line', () => {
    const strangers = ['fields', 'pipelines', 'dashboards', 'input']
      .flatMap(readImports)
      .filter(({ from, to }) => !inside(from, 'input/cli') && inside(to, 'input/cli'));
    expect(strangers).toEqual([]);
  });

  test('a source imports no other source, no output and nothing of delivery', () => {
    const strangers = readImports('input/sources').filter(({ from, to }) => {
      const own = from.split('/').slice(0, 3).join('/');
      return (
        (inside(to, 'input/sources') && !inside(to, own)) ||
        inside(to, 'input/outputs') ||
        inside(to, 'input/delivery')
      );
    });
    expect(strangers).toEqual([]);
  });

  test('the imports are found at all', () => {
    expect(readImports('input').length).toBeGreaterThan(3);
  });
});

describe('the lock file', () => {
  const lock: {
    packages: Record<string, { optionalDependencies?: Record<string, string>; resolved?: string }>;
  } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));

  test('lists the optional packages of every platform, or npm ci refuses it (mend: node .ci/complete-lock.mjs)', () => {
    const missing = Object.entries(lock.packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !lock.packages[`node_modules/${name}`] && !lock.packages[`${path}/node_modules/${name}`],
      ),
    );
    expect(missing).toEqual([]);
  });

  test('names no host', () => {
    expect(Object.values(lock.packages).filter(({ resolved }) => resolved !== undefined)).toEqual([]);
  });
});
