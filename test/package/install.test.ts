import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { unzipSync } from 'fflate';
import { parse } from 'yaml';
import { runInstall } from '../../input/cli/commands/install.ts';
import { findZip, type PackageName, packageNames } from '../../input/cli/package/ready-package.ts';

interface SeenRequest {
  readonly line: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

type KibanaReply = readonly [status: number, body: unknown];

let server: Server;
let address: string;
let seen: SeenRequest[];
let said: string[];
/** By method and path; what Kibana documents to answer. */
let replies: Record<string, KibanaReply>;
/** What the server says it is; Kibana says nothing. */
let product: string | undefined;

const lookUp = 'GET /api/fleet/epm/packages/m365';
const installed = 'GET /api/fleet/epm/packages/installed?perPage=1000';
const upload = 'POST /api/fleet/epm/packages';
const zip = join(mkdtempSync(join(tmpdir(), 'm365-install-')), 'm365.zip');
writeFileSync(zip, 'PK bytes');

beforeEach(async () => {
  seen = [];
  said = [];
  product = undefined;
  replies = {
    [lookUp]: [404, { statusCode: 404, error: 'Not Found', message: '[m365] package not found in registry' }],
    [installed]: [200, { items: [], total: 0 }],
    [upload]: [
      200,
      { items: [{ id: 'logs-o365.audit', type: 'index_template' }], _meta: { install_source: 'upload' } },
    ],
  };
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const line = `${request.method} ${request.url}`;
      seen.push({ line, headers: request.headers, body: Buffer.concat(chunks) });
      const [status, body] = replies[line.replace('/base/s/soc', '')] ?? [500, { message: line }];
      response.writeHead(status, {
        'content-type': 'application/json',
        ...(product !== undefined && { 'x-elastic-product': product }),
      });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  address = `http://127.0.0.1:${port}`;
});

afterEach(() => new Promise((resolve) => server.close(resolve)));

const install = (
  flags: Parameters<typeof runInstall>[0] = {},
  environment = { KIBANA_API_KEY: 'id:key-value' },
) =>
  runInstall(
    { kibana: address, zip, ...flags },
    (line) => said.push(line),
    environment,
    async () => {},
  );

const uploads = () => seen.filter(({ line }) => line.startsWith('POST'));

describe('m365 install', () => {
  test('looks for owners, then uploads the zip as Kibana asks for it', async () => {
    await install();
    expect(seen.map(({ line }) => line)).toEqual([lookUp, installed, upload]);
    expect(uploads()[0]?.headers).toMatchObject({
      'content-type': 'application/zip',
      'kbn-xsrf': 'm365',
      'elastic-api-version': '2023-10-31',
      authorization: `ApiKey ${Buffer.from('id:key-value').toString('base64')}`,
    });
    expect(uploads()[0]?.body.toString()).toBe('PK bytes');
    expect(said.join('\n')).toMatch(/no version.*\n.*1 assets/);
  });

  test('knows spaces, base paths and passwords', async () => {
    const environment = { KIBANA_API_KEY: '', KIBANA_PASSWORD: 'pass:word' };
    await runInstall(
      { kibana: `${address}/base/`, space: 'soc', username: 'elastic', zip },
      (line) => said.push(line),
      environment,
    );
    expect(uploads()[0]?.line).toBe('POST /base/s/soc/api/fleet/epm/packages');
    expect(uploads()[0]?.headers.authorization).toBe(
      `Basic ${Buffer.from('elastic:pass:word').toString('base64')}`,
    );
  });

  test('upgrades what was uploaded before', async () => {
    replies[lookUp] = [
      200,
      {
        item: {
          name: 'm365',
          status: 'installed',
          installationInfo: { version: '0.0.9', install_source: 'upload' },
        },
      },
    ];
    await install();
    expect(said[0]).toBe('m365: version 0.0.9 is installed');
    expect(uploads()).toHaveLength(1);
  });

  test('--dry-run uploads nothing', async () => {
    await install({ dryRun: true });
    expect(uploads()).toEqual([]);
    expect(said.at(-1)).toMatch(/would upload/);
  });

  test('told the address of Elasticsearch says so, and what to do', async () => {
    product = 'Elasticsearch';
    await expect(install()).rejects.toThrow(`${address} is an Elasticsearch, not a Kibana.`);
  });

  test('builds the package where none is given', async () => {
    await runInstall({ kibana: address, package: ['m365'] }, (line) => said.push(line), {});
    expect(uploads()[0]?.body.subarray(0, 2).toString()).toBe('PK');
    expect(uploads()[0]?.headers.authorization).toBeUndefined();
  });
});

describe('m365 install of all packages', () => {
  const nameOf = ({ body }: SeenRequest) => Object.keys(unzipSync(body))[0]?.split(/-\d/)[0];
  const all = packageNames.filter((name) => name !== 'm365_collector');
  const o365 = { name: 'o365', version: '3.10.6', dataStreams: [{ name: 'logs-o365.audit-*' }] };
  const azure = { name: 'azure', version: '1.30.0', dataStreams: [{ name: 'logs-azure.signinlogs-*' }] };

  beforeEach(() => {
    for (const name of all) replies[`GET /api/fleet/epm/packages/${name}`] = [404, { message: 'not found' }];
  });

  const zips = new Map<PackageName, Promise<Uint8Array>>();
  /** Each package is built once for all of these tests. */
  const buildOnce = (name: PackageName) => {
    const built = zips.get(name) ?? findZip(name);
    zips.set(name, built);
    return built;
  };
  const installAll = (flags: Parameters<typeof runInstall>[0] = {}) =>
    runInstall({ kibana: address, ...flags }, (line) => said.push(line), {}, undefined, buildOnce);

  test('uploads each of them, under the title that it has', async () => {
    await installAll();
    expect(uploads().map(nameOf)).toEqual(all);
    for (const { body } of uploads()) {
      const [, manifest] =
        Object.entries(unzipSync(body)).find(([path]) => /^[^/]+\/manifest\.yml$/.test(path)) ?? [];
      const { name, title } = parse(Buffer.from(manifest ?? []).toString());
      expect([name, said.some((line) => line.includes(`choose "${title}"`))]).toEqual([name, true]);
    }
  });

  test.each([
    [azure, 'm365_entra', /left out: the package "azure" 1\.30\.0.*"documents: raw".*what azure maps/],
    [o365, 'm365', /left out: the package "o365" 3\.10\.6.*m365 install --collector/],
  ])('leaves the one out whose data streams %j owns', async (owner, left, message) => {
    replies[installed] = [200, { items: [owner], total: 1 }];
    await installAll();
    expect(uploads().map(nameOf)).toEqual(all.filter((name) => name !== left));
    expect(said.at(-1)).toMatch(message);
  });

  test('fails where each is left out', async () => {
    replies[installed] = [200, { items: [azure], total: 1 }];
    await expect(installAll({ package: ['m365_entra'] })).rejects.toMatchObject({
      code: 'install-conflict',
      message: expect.stringMatching(/^Nothing was uploaded: the package "azure"/),
    });
    expect(uploads()).toEqual([]);
  });

  test('waits where Kibana wants a pause between uploads', async () => {
    const pauses: number[] = [];
    const refused = { statusCode: 429, message: 'Please wait 8s before uploading again.' };
    const taken = replies[upload] ?? [200, {}];
    replies[upload] = [429, refused];
    const sleep = async (ms: number) => {
      pauses.push(ms);
      replies[upload] = taken;
    };
    await runInstall({ kibana: address, zip }, (line) => said.push(line), {}, sleep);
    expect(pauses).toEqual([9000]);
    expect(said.join('\n')).toContain('installed the package m365');
  });

  test('takes one package for one zip, and the collector’s alone', async () => {
    await expect(installAll({ zip, package: ['m365', 'm365_entra'] })).rejects.toMatchObject({
      code: 'usage',
    });
    await expect(installAll({ collector: true, package: ['m365'] })).rejects.toMatchObject({ code: 'usage' });
  });
});

describe('m365 install --collector', () => {
  const collector = 'GET /api/fleet/epm/packages/m365_collector';
  const o365 = { name: 'o365', version: '3.10.6', dataStreams: [{ name: 'logs-o365.audit-*' }] };

  beforeEach(() => {
    replies[collector] = [404, { statusCode: 404, message: 'not found' }];
    replies[installed] = [200, { items: [o365], total: 1 }];
  });

  const installCollector = (flags: Parameters<typeof runInstall>[0] = {}) =>
    runInstall({ kibana: address, collector: true, ...flags }, (line) => said.push(line), {
      KIBANA_API_KEY: 'id:key',
    });

  test('uploads the package that collects for the other, and says to disable its inputs', async () => {
    await installCollector();
    expect(seen.map(({ line }) => line)).toEqual([collector, installed, upload]);
    const paths = Object.keys(unzipSync(uploads()[0]?.body ?? new Uint8Array()));
    expect(paths.every((path) => path.startsWith('m365_collector-'))).toBe(true);
    expect(said.join('\n')).toMatch(/complete collection for Elastic's package.*Disable the inputs/s);
  });

  test('uploads nothing where no package maps the records', async () => {
    const other = { name: 'other', version: '1.0.0', dataStreams: [{ name: 'logs-o365.audit.more-*' }] };
    replies[installed] = [200, { items: [other], total: 1 }];
    await expect(installCollector({ zip })).rejects.toMatchObject({
      code: 'install-conflict',
      advice: expect.stringMatching(/Microsoft Office 365 first.*without --collector/),
    });
    expect(uploads()).toEqual([]);
  });

  test('uploads nothing where the package m365 owns the completeness', async () => {
    const ours = { name: 'm365', version: '0.2.0', dataStreams: [{ name: 'logs-m365.collection-*' }] };
    replies[installed] = [200, { items: [o365, ours], total: 2 }];
    await expect(installCollector({ zip })).rejects.toMatchObject({
      code: 'install-conflict',
      message: expect.stringMatching(/"m365" 0\.2\.0/),
      advice: expect.stringMatching(/only one of the two/),
    });
    expect(uploads()).toEqual([]);
  });
});

describe('m365 install --dashboards-only', () => {
  const view = 'GET /api/data_views/data_view/logs-*';
  const makeView = 'POST /api/data_views/data_view';
  const imports = 'POST /api/saved_objects/_import?overwrite=true';

  beforeEach(() => {
    replies[view] = [404, { statusCode: 404, message: 'Saved object [index-pattern/logs-*] not found' }];
    replies[makeView] = [200, { data_view: { id: 'logs-*' } }];
    replies[imports] = [200, { success: true, successCount: 15, warnings: [] }];
  });

  const importOnly = (flags: Parameters<typeof runInstall>[0] = {}) =>
    runInstall({ kibana: address, dashboardsOnly: true, ...flags }, (line) => said.push(line), {
      KIBANA_API_KEY: 'id:key',
    });

  test('makes the data view that they look at, and imports what the package would install', async () => {
    await importOnly();
    expect(seen.map(({ line }) => line)).toEqual([view, makeView, imports]);
    expect(JSON.parse(seen[1]?.body.toString() ?? '')).toEqual({
      data_view: { id: 'logs-*', title: 'logs-*', name: 'logs-*', timeFieldName: '@timestamp' },
    });
    expect(seen[2]?.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
    const [head = '', ...lines] = (seen[2]?.body.toString() ?? '').split('\n').filter(Boolean);
    expect(head).toMatch(/^--/);
    expect(lines[0]).toMatch(/name="file"; filename="m365\.ndjson"/);
    const objects = lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
    const ids = new Set(objects.map(({ type, id }) => `${type}:${id}`));
    expect(objects.filter(({ type }) => type === 'dashboard')).toHaveLength(9);
    for (const { references } of objects)
      for (const { type, id } of references)
        expect(type === 'index-pattern' ? id : ids.has(`${type}:${id}`)).toBe(
          type === 'index-pattern' ? 'logs-*' : true,
        );
    expect(said.join('\n')).toMatch(/imported 9 dashboards/);
  });

  test('leaves a data view alone that is there', async () => {
    replies[view] = [200, { data_view: { id: 'logs-*', runtimeFieldMap: { mine: {} } } }];
    await importOnly();
    expect(seen.map(({ line }) => line)).toEqual([view, imports]);
  });

  test('says what Kibana did not take', async () => {
    const error = { type: 'unsupported_type' };
    replies[imports] = [200, { success: false, errors: [{ type: 'tag', id: 'm365-microsoft-365', error }] }];
    await expect(importOnly()).rejects.toMatchObject({
      code: 'import-refused',
      message: expect.stringMatching(/tag m365-microsoft-365 \(unsupported_type\)/),
    });
  });

  test('--dry-run imports nothing, and a package is no list of dashboards', async () => {
    await importOnly({ dryRun: true });
    expect(seen).toEqual([]);
    expect(said.join('\n')).toMatch(/would import 9 dashboards/);
    await expect(importOnly({ zip })).rejects.toMatchObject({ code: 'usage' });
  });
});

describe('m365 install uploads nothing, and names the way out,', () => {
  test('where another package owns the dataset', async () => {
    const dataStreams = [{ name: 'logs-o365.audit-*', title: 'Microsoft 365 audit' }];
    replies[installed] = [200, { items: [{ name: 'o365', version: '3.10.6', dataStreams }], total: 1 }];
    await expect(install()).rejects.toMatchObject({
      code: 'install-conflict',
      message: expect.stringMatching(/"o365" 3\.10\.6.*logs-o365\.audit-\*/),
      advice: expect.stringMatching(/Uninstall.*install --collector.*documents: raw/),
    });
    expect(uploads()).toEqual([]);
  });

  test('where the owner’s dataset is a part of ours, or ours of it', async () => {
    for (const name of ['logs-o365.audit.more-*', 'logs-o365-*']) {
      replies[installed] = [200, { items: [{ name: 'other', version: '1.0.0', dataStreams: [{ name }] }] }];
      await expect(install()).rejects.toMatchObject({ code: 'install-conflict' });
    }
    expect(uploads()).toEqual([]);
  });

  test('where the registry has a package of the same name', async () => {
    replies[lookUp] = [200, { item: { name: 'm365', version: '1.0.0', status: 'not_installed' } }];
    await expect(install()).rejects.toMatchObject({
      code: 'install-conflict',
      advice: expect.stringMatching(/registryUrl/),
    });
    expect(uploads()).toEqual([]);
  });

  test.each([
    [401, /KIBANA_API_KEY/],
    [403, /Integrations: All/],
    [404, /not that of Elasticsearch/],
    [503, /not ready/],
  ])('where Kibana answers %i', async (status, advice) => {
    replies[installed] = [status, '<html>'];
    await expect(install()).rejects.toMatchObject({
      code: `kibana-${status}`,
      advice: expect.stringMatching(advice),
    });
    expect(uploads()).toEqual([]);
  });

  test('where nobody answers', async () => {
    await new Promise((resolve) => server.close(resolve));
    await expect(install()).rejects.toMatchObject({ code: 'kibana-unreachable' });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  test('where nothing says which Kibana, or with which password', async () => {
    await expect(install({ kibana: 'kibana' })).rejects.toMatchObject({ code: 'usage' });
    await expect(install({ username: 'elastic' }, { KIBANA_API_KEY: '' })).rejects.toMatchObject({
      code: 'usage',
    });
    await expect(install({ zip: '/nowhere.zip' })).rejects.toMatchObject({ code: 'usage' });
  });
});

describe('what Kibana says of an upload is passed on with advice', () => {
  test.each([
    [400, 'm365 is in the package registry; it cannot be uploaded', /registry of your own/],
    [
      400,
      'Could not verify that uploaded package name "m365" is not a registry or bundled package.',
      /internal\.allowRegistryPackageUploads: true.*internal\.skipUploadPackageValidation: true/,
    ],
    [400, 'Data stream logs-o365.audit-default already exists', /m365 setup/],
    [
      400,
      'dataset "logs-o365.audit" that is already owned by installed package "o365".',
      /install --collector/,
    ],
    [400, 'Package requires Kibana version ^8.18.0 || ^9.0.0', /8\.18/],
    [413, 'Payload content length greater than maximum allowed', /10 MB/],
    [429, 'Too many requests. Please wait 8s before uploading again.', /ten seconds/],
  ])('%i %s', async (status, message, advice) => {
    replies[upload] = [status, { statusCode: status, message }];
    await expect(install()).rejects.toMatchObject({
      message: expect.stringContaining(message.replace(/\.$/, '')),
      advice: expect.stringMatching(advice),
    });
  });
});
