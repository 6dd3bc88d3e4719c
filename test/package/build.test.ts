import { execFile } from 'node:child_process';
import { hash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  globSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { strFromU8, unzipSync } from 'fflate';
import { parse } from 'yaml';
import type { Package } from '../../input/cli/package/assemble-package.ts';
import { buildPackage, buildSavedObjects } from '../../input/cli/package/build-package.ts';
import { buildCollectorPackage } from '../../input/cli/package/collector/build-collector.ts';
import type { PackageFiles } from '../../input/cli/package/package-files.ts';
import { writePackage } from '../../input/cli/package/write-package.ts';
import { zipPackage } from '../../input/cli/package/zip.ts';
import { datasetPackages, datasetsOf } from '../../pipelines/datasets.ts';

const root = join(import.meta.dirname, '..', '..');
const validator = join(root, '..', 'shared', 'elastic-package', 'validate.sh');
const run = promisify(execFile);

/** Those that have a dataset, but for the one that collects for another package. */
const packages: Readonly<Record<string, { readonly pack: Package }>> = Object.fromEntries(
  datasetPackages.map((name) => [name, { pack: buildPackage(undefined, name) }]),
);
let made: Package;
let folder: string;

beforeAll(() => {
  made = buildPackage();
  folder = mkdtempSync(join(tmpdir(), 'm365-package-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const zipOf = ({ name, version, built }: Package) => zipPackage(`${name}-${version}`, built);
/** By path: pictures are long to compare byte by byte, and longer to print. */
const digestsOf = (files: PackageFiles) =>
  [...files].map(([path, content]) => `${path} ${hash('sha256', content)}`);
const text = (path: string, of: 'source' | 'built' = 'built') => String(made[of].get(path));

describe('the package', () => {
  test('has its datasets alone, and that of completeness', () => {
    const datasetsIn = ({ built }: Package) =>
      [...built]
        .filter(([path]) => /^data_stream\/[^/]+\/manifest\.yml$/.test(path))
        .map(([, content]) => parse(String(content)).dataset);
    for (const [name, { pack }] of Object.entries(packages)) {
      const own: string[] = datasetPackages.filter((each) => each === name).flatMap(datasetsOf);
      const reports = name === 'm365' ? 'm365.collection' : `${name}.completeness`;
      expect(datasetsIn(pack).toSorted()).toEqual([...own, reports].toSorted());
    }
  });

  test('is the same bytes in every time zone', async () => {
    const script = `import { zipPackage } from '${join(root, 'input/cli/package/zip.ts')}';
      process.stdout.write(Buffer.from(zipPackage('a-1.0.0', new Map([['b', 'c']]))).toString('hex'));`;
    const zip = async (TZ: string) =>
      (await run(process.execPath, ['--input-type=module', '-e', script], { env: { ...process.env, TZ } }))
        .stdout;
    expect(await zip('Pacific/Kiritimati')).toBe(await zip('America/Los_Angeles'));
  });

  const available = existsSync(validator);
  (available ? test : test.skip)(
    `and all others satisfy Elastic's package-spec, folder and zip${available ? '' : ' (skipped: the validator is not beside the repository)'}`,
    async () => {
      for (const each of [...Object.values(packages).map(({ pack }) => pack), buildCollectorPackage()]) {
        const written = writePackage(each, folder);
        await expect(run('bash', [validator, written.folder, written.zip])).resolves.toBeDefined();
      }
    },
  );

  test('has its dashboards beside it, as Kibana imports them', () => {
    const { dashboards } = writePackage(made, folder);
    const objects = readFileSync(String(dashboards), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(buildSavedObjects()).toEqual(made.savedObjects);
    const packed = [...made.built.keys()].filter((path) => /^kibana\/(dashboard|search|tag)\//.test(path));
    expect(objects.map(({ type, id }) => `kibana/${type}/${id}.json`).toSorted()).toEqual(packed.toSorted());
  });

  test('says what a registry reads', () => {
    expect(parse(text('manifest.yml'))).toMatchObject({
      name: 'm365',
      title: 'Microsoft 365: complete audit logs',
      type: 'integration',
      format_version: expect.stringMatching(/^3\.6\./),
      conditions: { kibana: { version: '^8.18.0 || ^9.0.0' } },
      policy_templates: [{ name: 'm365', inputs: [{ type: 'm365' }] }],
      owner: { type: 'community' },
      icons: [{ src: '/img/m365.svg', type: 'image/svg+xml' }],
    });
    expect(parse(text('data_stream/audit/manifest.yml'))).toMatchObject({
      dataset: 'o365.audit',
      type: 'logs',
    });
    expect(parse(text('data_stream/collection/manifest.yml'))).toMatchObject({ dataset: 'm365.collection' });
    const versions = parse(text('changelog.yml')).map((entry: { version: string }) => entry.version);
    expect(versions[0]).toBe(made.version);
  });

  test('says in its changelog what changed, in the form that Elastic asks for', () => {
    const entries: readonly { changes: readonly { description: string; type: string; link: string }[] }[] =
      parse(text('changelog.yml'));
    for (const { description, type, link } of entries.flatMap(({ changes }) => changes)) {
      expect(description).toMatch(/^[A-Z].*\.$/);
      expect(['enhancement', 'bugfix', 'breaking-change', 'deprecation']).toContain(type);
      expect(new URL(link).protocol).toBe('https:');
      // Elastic's tools take a link to GitHub only where it is one to an issue or a change.
      if (new URL(link).hostname === 'github.com') expect(link).toMatch(/\/(?:issues|pull)\/[1-9]\d*$/);
    }
  });

  test('says what a number counts', () => {
    const lines = text('data_stream/audit/fields/fields.yml').split('\n');
    const counted = lines.flatMap((line) => /^ *unit: (\w+)$/.exec(line)?.[1] ?? []);
    expect(new Set(counted)).toEqual(new Set(['byte', 's', 'h', 'd']));
  });

  test('is found by the words people search for, and promises what it does', () => {
    const { title, description, icons } = parse(text('manifest.yml'));
    expect(`${title} ${description}`).toMatch(/Microsoft 365.*Office 365/);
    expect(`${title} ${description} ${icons[0].title}`).not.toMatch(/Elastic Agent|Microsoft Office 365/);
    expect(text('docs/README.md')).toContain('`m365 install agent` puts it there');
  });

  test('is built without what only the tools of its makers read', () => {
    expect([...made.built.keys()].filter((path) => path.includes('_dev/'))).toEqual([]);
    const fields = [...made.built].filter(([path]) => path.includes('/fields/'));
    expect(fields.filter(([, content]) => String(content).includes('external:'))).toEqual([]);
    expect(text('_dev/build/build.yml', 'source')).toMatch(/reference: git@v\d+\.\d+\.\d+/);
  });

  test('shows in its README every heading, field and error', () => {
    const readme = text('docs/README.md');
    const headings = readme.split('\n').filter((line) => /^#{2,3} /.test(line));
    expect(headings).toEqual([
      '## Overview',
      '### Compatibility',
      '### Upgrades',
      '### How it works',
      '## What data it collects',
      '### Supported use cases',
      '## What you need',
      '## How to deploy',
      '### Agent-based',
      '### Onboard/configure',
      '### Validation',
      '## Troubleshooting',
      '## Scaling',
      '## Reference',
      '### audit',
      '### collection',
      '### Inputs used',
      '### API usage',
    ]);
    for (const code of ['`AF10001`', '`AF20051`', '`AF429`', '`AADSTS7000215`'])
      expect(readme).toContain(code);
    expect(readme).toContain('| o365.audit.Operation |');
    expect(readme).toContain('"action": "UserLoggedIn"');
    expect(readme).not.toMatch(/\{\{|undefined/);
  });

  test('explains every code that can stand in m365.collection.code', () => {
    const readme = Object.values(packages)
      .map(({ pack }) => String(pack.built.get('docs/README.md')))
      .join('\n');
    const sources = globSync('input/{auth,sources,http,telemetry}/**/*.ts', { cwd: root });
    const codes = sources.flatMap((path) =>
      [...readFileSync(join(root, path), 'utf8').matchAll(/\bcode: '([^']+)'/g)].map(([, code = '']) => code),
    );
    const others = [
      'status-port',
      'proxy-url',
      'certificate-authority',
      'client-certificate',
      'insecure-url',
    ];
    const unexplained = codes.filter((code) => !others.includes(code) && !readme.includes(`\`${code}\``));
    expect([...new Set(unexplained)]).toEqual([]);
  });

  test('keeps the templates of its README and its source form together', () => {
    expect(text('_dev/build/docs/README.md', 'source')).toContain('{{fields "audit"}}');
    expect(made.source.get('docs/README.md')).toBe(made.built.get('docs/README.md'));
  });

  test('gives attacker-controlled text room, and keeps unknown properties out of the index', () => {
    const ecs: { name: string; ignore_above?: number; type: string }[] = parse(
      text('data_stream/audit/fields/ecs.yml'),
    );
    expect(ecs.find(({ name }) => name === 'email.subject')).toMatchObject({
      type: 'keyword',
      ignore_above: 8191,
    });
    const own: { name: string; dynamic?: boolean; subobjects?: boolean }[] = parse(
      text('data_stream/audit/fields/fields.yml'),
    );
    expect(own.find(({ name }) => name === 'o365.audit')).toMatchObject({ dynamic: false });
    expect(own.find(({ name }) => name === 'o365.audit.Parameters')).toMatchObject({
      dynamic: false,
      subobjects: false,
    });
  });
});

describe('Kibana takes the upload', () => {
  let paths: string[];
  let content: Record<string, Uint8Array>;

  beforeAll(() => {
    content = unzipSync(zipOf(made));
    paths = Object.keys(content);
  });

  const read = (path: string) => parse(strFromU8(content[path] ?? new Uint8Array()));
  const top = () => `${made.name}-${made.version}`;

  test('everything is in one folder, named by name and version', () => {
    expect(paths.filter((path) => !path.startsWith(`${top()}/`))).toEqual([]);
    expect(paths.filter((path) => path.includes('\\') || path.includes('..'))).toEqual([]);
  });

  test('the name is not one of Elastic’s registry', () => {
    expect([
      'o365',
      'o365_metrics',
      'm365_defender',
      'azure',
      'microsoft_exchange_online_message_trace',
    ]).not.toContain(made.name);
  });

  test('no data stream of ours belongs to two folders', () => {
    const datasets = ['audit', 'collection'].map(
      (name) => read(`${top()}/data_stream/${name}/manifest.yml`).dataset,
    );
    expect(new Set(datasets).size).toBe(2);
  });

  test('there are only kinds of assets that it installs', () => {
    const kinds = new Set(paths.map((path) => path.split('/')[1]));
    expect([...kinds].toSorted()).toEqual([
      'LICENSE.txt',
      'changelog.yml',
      'data_stream',
      'docs',
      'img',
      'kibana',
      'manifest.yml',
    ]);
    const saved = new Set(
      paths.filter((path) => path.includes('/kibana/')).map((path) => path.split('/')[2]),
    );
    for (const kind of saved)
      expect(['dashboard', 'search', 'tag', 'alerting_rule_template']).toContain(kind);
  });

  test('every pipeline that is called is there', () => {
    const folderOf = `${top()}/data_stream/audit/elasticsearch/ingest_pipeline/`;
    const called = paths
      .filter((path) => path.startsWith(folderOf))
      .flatMap((path) => [
        ...strFromU8(content[path] ?? new Uint8Array()).matchAll(/IngestPipeline "([^"]+)"/g),
      ])
      .map((match) => match[1]);
    expect(called.length).toBeGreaterThan(0);
    expect(called.filter((name) => !paths.includes(`${folderOf}${name}.yml`))).toEqual([]);
  });

  test('saved objects have the id of their file and refer to nothing that is missing', () => {
    const objects = paths
      .filter((path) => path.includes('/kibana/'))
      .map((path) => ({ path, object: JSON.parse(strFromU8(content[path] ?? new Uint8Array())) }));
    const ids = new Set(objects.map(({ object }) => `${object.type}:${object.id}`));
    for (const { path, object } of objects) {
      expect(path.endsWith(`/${object.type}/${object.id}.json`)).toBe(true);
      for (const { type, id } of object.references ?? [])
        if (type !== 'index-pattern') expect(ids).toContain(`${type}:${id}`);
    }
  });
});

describe('what does not fit together stops the build, with its place', () => {
  let copy: string;

  beforeAll(() => {
    copy = join(folder, 'copy');
    for (const part of [
      'fields',
      'input',
      'pipelines',
      'dashboards',
      'docs',
      'img',
      'manifest.yml',
      'changelog.yml',
      'LICENSE',
      'package.json',
      'test/events',
    ])
      cpSync(join(root, part), join(copy, part), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  });

  /** Changes one file, builds, and puts the file back. */
  function buildWith(path: string, change: (text: string) => string): string {
    const file = join(copy, path);
    const before = readFileSync(file);
    writeFileSync(file, change(before.toString('utf8')));
    try {
      buildPackage(copy);
      return 'built';
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      writeFileSync(file, before);
    }
  }

  test('nothing changed: it is the same bytes, wherever and whenever it is built', () => {
    const again = buildPackage(copy);
    expect(digestsOf(again.source)).toEqual(digestsOf(made.source));
    expect(Buffer.compare(zipOf(again), zipOf(made))).toBe(0);
  });

  test('a README template with a part that does not exist', () => {
    expect(buildWith('docs/package/README.md.hbs', (before) => `${before}\n{{nonsense}}\n`)).toMatch(
      /README\.md\.hbs:\d+.*nonsense/,
    );
  });

  test('a README template that is no template', () => {
    expect(buildWith('docs/package/README.md.hbs', (before) => `${before}\n{{#if}\n`)).toMatch(
      /README\.md\.hbs:\d+/,
    );
  });

  test('a README template that asks for a data stream that does not exist', () => {
    for (const helper of ['fields', 'event'])
      expect(
        buildWith('docs/package/README.md.hbs', (before) => `${before}\n{{${helper} "adit"}}\n`),
      ).toMatch(/README\.md\.hbs:\d+: no data stream is named "adit"; did you mean "audit"/);
  });

  test('a dashboard that asks for an unknown field', () => {
    const message = buildWith('dashboards/definitions/overview.yml', (before) =>
      before.replace('field: organization.name', 'field: organisation.name'),
    );
    expect(message).toMatch(/overview\.yml:\d+: .*organisation\.name.*organization\.name/);
  });

  test('a record type that writes a field that does not exist', () => {
    const message = buildWith('pipelines/audit/record-types/sway.yml', (before) =>
      `${before}\n`.replace(/^about:/m, 'message: "{user.nmae}"\nabout:'),
    );
    expect(message).toMatch(/sway\.yml:\d+/);
  });

  test('a pipeline for a field that does not exist', () => {
    const message = buildWith('pipelines/audit/record-types/sway.yml', (before) =>
      before.replace(/^fields:/m, 'fields:\n  - {from: UserId, to: user.nmae}'),
    );
    expect(message).toMatch(/sway\.yml:\d+: .*"user\.nmae"; did you mean "user\.name"/);
  });

  test('a field of the completeness documents of an unknown type', () => {
    expect(
      buildWith('dashboards/collection-fields.yml', (before) =>
        before.replace('type: keyword', 'type: keyord'),
      ),
    ).toMatch(/collection-fields\.yml:\d+: unknown value "keyord"; did you mean "keyword"/);
  });

  test('an alerting rule about an unknown field', () => {
    expect(
      buildWith('dashboards/alert-rules.yml', (before) => before.replace('gap.count', 'gap.cuont')),
    ).toMatch(/alert-rules\.yml:\d+: unknown field "m365\.collection\.gap\.cuont"/);
  });

  test('a version that is not that of the program', () => {
    expect(buildWith('manifest.yml', (before) => before.replace(/^version: .*/m, 'version: 99.0.0'))).toMatch(
      /manifest\.yml:\d+.*99\.0\.0/,
    );
    expect(buildWith('changelog.yml', (before) => before.replace('version: "', 'version: "9'))).toMatch(
      /changelog\.yml:\d+: the first entry is of 9/,
    );
  });

  test.each([
    ['manifest.yml', /manifest\.yml:\d+: /],
    ['changelog.yml', /changelog\.yml:\d+: /],
    ['dashboards/definitions/mail.yml', /mail\.yml:\d+: /],
    ['docs/package/storage.json', /storage\.json:\d+: is no JSON/],
    ['test/events/sway/created.json', /created\.json:\d+: is no JSON/],
  ])('%s that cannot be read', (path, message) => {
    expect(buildWith(path, (before) => `${before}\n  : [`)).toMatch(message);
  });

  test('a picture that is none, and one that is missing', () => {
    expect(buildWith('dashboards/screenshots/mail.png', () => 'no picture')).toMatch(
      /mail\.png:1: is no PNG/,
    );
    const icon = join(copy, 'img', 'm365.svg');
    rmSync(icon);
    expect(buildWith('manifest.yml', (before) => before)).toMatch(
      /m365\.svg:1: cannot be read: there is no such file/,
    );
    cpSync(join(root, 'img', 'm365.svg'), icon);
  });

  test('a command says it in lines, without a stack, and fails', async () => {
    const file = join(copy, 'dashboards', 'definitions', 'mail.yml');
    const before = readFileSync(file, 'utf8');
    writeFileSync(file, before.replaceAll('field: user.name', 'field: user.nmae'));
    const program = join(copy, 'input', 'cli', 'm365.js');
    const failure = await run(process.execPath, [program, 'package', '--to', join(folder, 'out')]).catch(
      (error: unknown) => Object(error),
    );
    writeFileSync(file, before);
    expect(failure.code).toBe(1);
    const lines = failure.stderr.trim().split('\n');
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) expect(line).toMatch(/^m365: .*mail\.yml:\d+: unknown field "user\.nmae"/);
    expect(existsSync(join(folder, 'out'))).toBe(false);
  });
});
