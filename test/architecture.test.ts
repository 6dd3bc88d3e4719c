import { globSync, readdirSync, readFileSync } from 'node:fs';
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

/**
 * Which folder of the input may import which others beside its own. The command line and the process that it starts put
 * everything together; what stands above knows nothing of what stands below.
 */
const inputMayImport: Record<string, readonly string[]> = {
  contract: [],
  concurrency: ['contract'],
  files: ['contract'],
  'json-stream': ['contract', 'concurrency'],
  'agent-files': ['contract', 'concurrency', 'files'],
  documents: ['contract'],
  options: ['contract', 'files'],
  http: ['contract', 'options', 'concurrency'],
  auth: ['contract', 'http'],
  telemetry: ['contract', 'files', 'http'],
  state: ['contract', 'files', 'concurrency'],
  outputs: ['contract', 'concurrency', 'files', 'http', 'options'],
  completeness: ['contract', 'options'],
  sources: ['contract', 'auth', 'concurrency', 'http', 'json-stream', 'options', 'telemetry'],
  settings: ['contract', 'completeness', 'documents', 'files', 'options', 'outputs', 'sources'],
  setup: ['contract', 'options', 'outputs', 'settings'],
  'local-documents': ['contract', 'files', 'outputs'],
  preview: ['contract'],
  emulator: ['contract'],
  runtime: [
    ...['contract', 'completeness', 'concurrency', 'documents', 'http', 'outputs'],
    ...['settings', 'sources', 'state', 'telemetry'],
  ],
  agent: [
    'contract',
    'agent-files',
    'concurrency',
    'files',
    'http',
    'options',
    'runtime',
    'settings',
    'telemetry',
  ],
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

/** Of a type, interface or class, whether it is exported or not. */
const declaration = /^(?:export )?(?:abstract )?(?:type|interface|class) (\w+)/gm;

/** The room that all sources of tenants share. */
const sharedRoom = 'input/sources/tenant';

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

  test.each(Object.keys(inputMayImport))('input/%s imports only what its row allows', (folder) => {
    const allowed = [folder, ...(inputMayImport[folder] ?? [])];
    const strangers = readImports(`input/${folder}`).filter(
      ({ to }) => inside(to, 'input') && !allowed.some((other) => inside(to, `input/${other}`)),
    );
    expect(strangers).toEqual([]);
  });

  test('every folder of the input has its row', () => {
    const folders = readdirSync(join(root, 'input'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== 'cli')
      .map(({ name }) => name);
    expect(folders.toSorted()).toEqual(Object.keys(inputMayImport).toSorted());
  });

  test('a source imports no other source', () => {
    const strangers = readImports('input/sources').filter(({ from, to }) => {
      const own = from.split('/').slice(0, 3).join('/');
      const common = ['source-kind', 'tenant-access'].map((name) => `input/sources/${name}.ts`);
      const isShared = common.includes(to) || inside(to, sharedRoom);
      const foreign = inside(to, 'input/sources') && !inside(to, own) && !isShared;
      return from.split('/').length > 3 && foreign;
    });
    expect(strangers).toEqual([]);
  });

  test('the rooms that emulated APIs share know no API, and no API knows another', () => {
    const rooms = 'input/emulator';
    const apiOf = (path: string) => path.split('/').slice(0, 4).join('/');
    const strangers = readImports(rooms).filter(({ from, to }) => {
      if (!inside(to, `${rooms}/apis`)) return false;
      if (!inside(from, `${rooms}/apis`)) return from.split('/').length > 3;
      return from !== `${rooms}/apis/index.ts` && apiOf(from) !== apiOf(to);
    });
    expect(strangers).toEqual([]);
  });

  test('nobody but the registry knows a source from the inside', () => {
    const strangers = Object.keys(mayImport)
      .flatMap(readImports)
      .filter(({ from, to }) => {
        const kind = /^input\/sources\/[^/]+\//.exec(to)?.[0];
        const isRegistered = from === 'input/sources/index.ts' && to === `${kind}index.ts`;
        const isOutside = kind !== undefined && kind !== `${sharedRoom}/`;
        return isOutside && !from.startsWith(kind) && !isRegistered;
      });
    expect(strangers).toEqual([]);
  });

  test('no file imports itself by way of others', () => {
    const imports = Map.groupBy(Object.keys(mayImport).flatMap(readImports), ({ from }) => from);
    const settled = new Set<string>();
    const circles: string[][] = [];
    const visit = (file: string, way: readonly string[]): void => {
      if (way.includes(file)) circles.push([...way.slice(way.indexOf(file)), file]);
      if (settled.has(file) || way.includes(file)) return;
      for (const { to } of imports.get(file) ?? []) visit(to, [...way, file]);
      settled.add(file);
    };
    for (const file of imports.keys()) visit(file, []);
    expect(circles).toEqual([]);
  });

  test('what maps records in the collector reads no Painless', () => {
    const imports = Map.groupBy(readImports('{pipelines,fields}'), ({ from }) => from);
    const reached = new Set(['pipelines/index.ts', 'pipelines/mapper.ts']);
    for (const file of reached) for (const { to } of imports.get(file) ?? []) reached.add(to);
    expect([...reached].filter((file) => /painless|^pipelines\/ingest\/raw/.test(file))).toEqual([]);
    expect(reached).toContain('pipelines/converters/keyword.ts');
  });

  test('no two files declare a type of the same name', () => {
    const declared = globSync(`{${Object.keys(mayImport).join(',')}}/**/*.ts`, { cwd: root }).flatMap(
      (file) =>
        [...readFileSync(join(root, file), 'utf8').matchAll(declaration)].map(([, name = '']) => ({
          name,
          file,
        })),
    );
    const twice = [...Map.groupBy(declared, ({ name }) => name)].filter(([, all]) => all.length > 1);
    expect(declared.length).toBeGreaterThan(500);
    expect(twice.map(([name, all]) => [name, ...all.map(({ file }) => file)])).toEqual([
      // Where a property stands in a record that is read, and a field in a document that is written.
      ['Place', 'pipelines/engine/layout.ts', 'pipelines/engine/shapers.ts'],
    ]);
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
