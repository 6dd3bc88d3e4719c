// The command that begins a record type and goes with every edit of it, in a copy of the repository.

import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadDefinitions } from '../../pipelines/index.ts';
import { compareDocuments } from './changes.ts';
import { choose, UsageError } from './choose.ts';
import { listUnwritten } from './scaffold.ts';

const root = join(import.meta.dirname, '../..');
let copy: string;

/** All that the command reads, writes or starts. */
const parts = [
  ...[
    'dashboards',
    'deploy',
    'docs',
    'fields',
    'input',
    'pipelines',
    'package.json',
    'manifest.yml',
    'jest.config.js',
  ],
  ...['accept.ts', 'events', 'package', 'pipelines', 'record-type', 'strip-types.js'].map(
    (name) => `test/${name}`,
  ),
];

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'm365-record-type-'));
  for (const part of parts) cpSync(join(root, part), join(copy, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  mkdirSync(join(copy, 'build'));
});
afterAll(() => rmSync(copy, { recursive: true }));

/** What Node and Jest keep of the copy goes with it. */
function environment(): NodeJS.ProcessEnv {
  return { ...process.env, TMPDIR: join(copy, 'build'), NODE_COMPILE_CACHE: join(copy, 'build/compiled') };
}

function run(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(copy, 'test/record-type/main.ts'), ...args],
    { cwd: copy, encoding: 'utf8', env: environment() },
  );
}

const read = (path: string) => readFileSync(join(copy, path), 'utf8');

describe('misuse is told in words, with exit code 2, and changes nothing', () => {
  test.each([
    ['no name', [], 'Say one record type'],
    ['two names', ['forms', 'sway'], 'Say one record type'],
    ['an unknown option', ['forms', '--form', 'x'], "Unknown option '--form'"],
    ['a name that is nearly right', ['MicrosoftFrms'], 'did you mean "MicrosoftForms"?'],
    ['records that are not there', ['MeshWorlds', '--from', 'nowhere.json'], 'nowhere.json cannot be read'],
  ])('%s', (_, args, expected) => {
    const { status, stdout, stderr } = run(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(expected);
    expect(existsSync(join(copy, 'pipelines/audit/record-types/mesh-worlds.yml'))).toBe(false);
  });

  test.each([
    ['a name that is far from any', 'completely-else', undefined, 'docs/record-types.md lists them all'],
    [
      'a number that nobody knows',
      '99999',
      undefined,
      'goes into pipelines/audit/record-type-names.yml first',
    ],
    ['a file name for what has a file', 'forms', 'other', '"forms" has forms.yml'],
    ['a file name for a file that others extend', 'dlp', 'other', '"dlp" has dlp.yml'],
    ['a file name that is taken', 'MeshWorlds', 'forms', 'choose another name with --file'],
    ['a file name with a dot', 'MeshWorlds', 'mesh.yml', 'is no name for a file'],
  ])('%s', (_, name, fileName, expected) => {
    expect(() => choose(name, fileName, loadDefinitions())).toThrow(UsageError);
    expect(() => choose(name, fileName, loadDefinitions())).toThrow(expected);
  });

  test('records of another type', () => {
    const path = join(copy, 'other.json');
    writeFileSync(path, JSON.stringify([{ RecordType: 66, CreationTime: '2026-11-20T09:30:00' }]));
    const { status, stderr } = run('MeshWorlds', '--from', path);
    expect(status).toBe(2);
    expect(stderr).toContain('holds no record of record type 279: it holds those of 66.');
  });
});

test.each([
  ['66', 'forms', false],
  ['microsoftforms', 'forms', false],
  ['forms', 'forms', false],
  ['common', undefined, false],
  ['MeshWorlds', 'mesh-worlds', true],
  ['279', 'mesh-worlds', true],
])('%s is understood', (name, events, isNew) => {
  expect(choose(name, undefined, loadDefinitions())).toMatchObject({ events, isNew });
});

test('its help fits a terminal', () => {
  const { status, stdout } = run('--help');
  expect(status).toBe(0);
  expect(stdout).toContain('npm run record-type -- NAME');
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
});

test('an edit that changes no document says so', () => {
  const documents = new Map([
    ['test/events/mesh/create-world.expected.json', { event: { code: 'MeshWorlds' } }],
  ]);
  expect(compareDocuments(documents, new Map(documents), 'mesh')).toBe('no field of its documents changed');
});

const head = { OrganizationId: '0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7', RecordType: 279, Workload: 'Mesh' };
const records = [
  {
    ...{
      ...head,
      CreationTime: '2026-11-20T09:30:00',
      Id: 'a1',
      Operation: 'CreateWorld',
      UserId: 'ann@contoso.example',
    },
    ...{
      WorldName: 'Io',
      WorldId: 7,
      Guests: 3,
      IsOpen: true,
      Opened: '2026-11-20T09:30:00Z',
      HostAddress: '203.0.113.9',
    },
    ...{
      Laws: [{ Name: 'Gravity', Value: '1.8' }],
      Owner: { Mail: 'bob@contoso.example' },
      Extra: '{"a":1}',
    },
  },
  {
    ...head,
    CreationTime: '2026-11-20T09:31:00',
    Id: 'a2',
    Operation: 'OpenDoor',
    WorldName: 'Io',
    Share: 0.5,
  },
];

test('a record type is begun, edited and tried again', () => {
  const from = join(copy, 'worlds.ndjson');
  writeFileSync(from, records.map((record) => JSON.stringify(record)).join('\n'));
  const begun = run('meshworlds', '--from', from, '--file', 'mesh');
  expect(begun).toMatchObject({ status: 0, stderr: '' });
  expect(begun.stdout).toContain('new: pipelines/audit/record-types/mesh.yml\n');
  expect(begun.stdout).toContain('put made-up names');
  expect(begun.stdout).toContain('  + event.code "MeshWorlds"');
  expect(begun.stdout).toContain('still to be said: mesh.yml:2: what these records are');
  const yaml = read('pipelines/audit/record-types/mesh.yml');
  const types = [...yaml.matchAll(/from: (\S+), type: (\w+)/g)].map(([, name, type]) => `${name} ${type}`);
  expect(types).toEqual([
    ...[
      'WorldName keyword',
      'WorldId keyword',
      'Guests long',
      'IsOpen boolean',
      'Opened date',
      'HostAddress ip',
    ],
    ...[
      'Laws pairs',
      'Laws.Gravity keyword',
      'Owner object',
      'Owner.Mail keyword',
      'Extra flattened',
      'Share double',
    ],
  ]);
  expect(yaml).toContain('- {for: [CreateWorld], event: {type: [creation]}}');
  expect(JSON.parse(read('test/events/mesh/open-door.json'))).toEqual(records[1]);
  expect(JSON.parse(read('test/events/mesh/create-world.expected.json')).o365.audit.other).toBeUndefined();
  expect(read('docs/record-types.md')).toContain('| 279 | MeshWorlds | Mesh | [mesh](#mesh) |');

  const file = join(copy, 'pipelines/audit/record-types/mesh.yml');
  writeFileSync(file, yaml.replace('WorldName, type: keyword', 'WorldName, to: host.nmae, type: keyword'));
  const mistaken = run('mesh');
  expect(mistaken).toMatchObject({ status: 1, stdout: '' });
  expect(mistaken.stderr).toMatch(
    /^pipelines\/audit\/record-types\/mesh\.yml:\d+: ECS has no field "host\.nmae"; did you mean/,
  );

  const sent = yaml
    .replace('WorldName, type: keyword', 'WorldName, to: host.name, type: keyword')
    .replace('HostAddress, type: ip', 'HostAddress, to: host.ip, type: ip');
  writeFileSync(file, sent);
  const hidden = run('mesh');
  expect(hidden.status).toBe(1);
  expect(hidden.stdout).toContain(
    'test/events/mesh/open-door.expected.json\n  + host.name "Io"\n  + related.hosts ["Io"]\nfailed: ',
  );
  expect(hidden.stdout).toContain('can be searched for: mail addresses');
  expect(hidden.stdout).toContain('bob@contoso.example');

  writeFileSync(file, sent.replace('Mail, type: keyword', 'Mail, to: user.target, as: user, type: keyword'));
  const edited = run('279');
  expect(edited).toMatchObject({ status: 0, stderr: '' });
  expect(edited.stdout).toMatch(
    /^test\/events\/mesh\/create-world\.expected\.json\n {2}~ related\.user .*\n {2}\+ user\.target\.domain "contoso\.example"\n/,
  );
  expect(edited.stdout).not.toContain('open-door');
  expect(edited.stdout).toMatch(/^tests: \d+ passed$/m);
});

describe('a file that is wrong', () => {
  const changes = [
    ['sway', 'operations:\n', 'operations:\n  - {for: [NeverSeen], event: {type: [end]}}\n'],
    ['sway', 'status: [OperationResult, ResultStatus]', 'status: OperationResult'],
    ['common', 'event: {category: [web]}', 'event: {category: [web, host]}'],
  ] as const;
  let told: ReturnType<typeof run>;

  beforeAll(() => {
    const pathOf = (name: string) => `pipelines/audit/record-types/${name}.yml`;
    for (const [name, from, to] of changes) {
      const before = read(pathOf(name));
      expect(before).toContain(from);
      writeFileSync(join(copy, pathOf(name)), before.replace(from, to));
    }
    told = run('sway');
  });

  test('with an operation without its event fails the test that the command runs, and is named', () => {
    expect(told.status).toBe(1);
    expect(told.stdout).toContain('NeverSeen');
    expect(told.stdout).toContain('has an event in test/events/sway/');
  });

  test('takes for granted what a status denies: it fails, and is named', () => {
    expect(told.status).toBe(1);
    expect(told.stdout).toContain('failed: no file takes for success the status InProgress\n');
    expect(told.stdout).toContain('"sway"');
  });

  test('changes documents of other record types: they are named', () => {
    expect(told.stdout).toMatch(/~ event\.category \["web","api"\] -> \["web","host","api"\]/);
    expect(told.stdout).toMatch(/\d+ documents of other record types changed too:\n {2}test\/events\//);
  });
});

test('no record-type file is left with a sentence that was only proposed', () => {
  const files = globSync('pipelines/audit/record-types/*.yml', { cwd: root });
  expect(files.length).toBeGreaterThan(90);
  expect(files.flatMap((file) => listUnwritten(join(root, file)))).toEqual([]);
});
