// Kibana takes the packages where they are uploaded, and refuses what it must: each rule of an upload is tried on a
// package that breaks it, and on ours.

import { beforeAll, describe, expect, test } from '@jest/globals';
import { unzipSync } from 'fflate';
import { parse, stringify } from 'yaml';
import type { Package } from '../../input/cli/package/assemble-package.ts';
import { buildPackage } from '../../input/cli/package/build-package.ts';
import { buildCollectorPackage } from '../../input/cli/package/collector/build-collector.ts';
import { type PackageName, packageNames } from '../../input/cli/package/ready-package.ts';
import { zipPackage } from '../../input/cli/package/zip.ts';
import { collectorPackage, datasetNames } from '../../pipelines/datasets.ts';
import { type Archive, checkUpload } from './fleet/upload-rules.ts';

const names = packageNames;
const packages = new Map<PackageName, Package>();
beforeAll(() => {
  for (const name of names)
    packages.set(name, name === collectorPackage ? buildCollectorPackage() : buildPackage(undefined, name));
});

function built(name: PackageName): Package {
  const found = packages.get(name);
  if (!found) throw new Error(`there is no package ${name}`);
  return found;
}

type Files = Map<string, string | Uint8Array>;

/** A package in its archive, after a change to its files. */
function archiveOf(name: PackageName, change: (files: Files) => void = () => undefined): Archive {
  const { version, built: own } = built(name);
  const files: Files = new Map(own);
  change(files);
  return inFolder(`${name}-${version}`, files);
}

const inFolder = (folder: string, files: Files): Archive =>
  new Map([...files].map(([path, content]) => [`${folder}/${path}`, content]));

// biome-ignore lint/suspicious/noExplicitAny: manifests of every shape
const edit = (path: string, change: (manifest: any) => void) => (files: Files) => {
  const manifest = parse(String(files.get(path)));
  change(manifest);
  files.set(path, stringify(manifest));
};

const elastics = { name: 'o365', source: 'registry', templates: ['logs-o365.audit'] } as const;

test.each(names)('%s breaks no rule', (name) => {
  const { version, built: own } = built(name);
  const zip = unzipSync(zipPackage(`${name}-${version}`, own));
  expect(checkUpload(new Map(Object.entries(zip)))).toEqual([]);
  // An earlier upload of the same package is replaced.
  const templates = [...datasetNames, 'm365.collection'].map((dataset) => `logs-${dataset}`);
  const before = { name, source: 'upload', templates } as const;
  expect(checkUpload(archiveOf(name), { registry: [], installed: [before] })).toEqual([]);
});

describe('with Elastic’s o365 installed', () => {
  const target = { registry: ['o365'], installed: [elastics] };

  test('the package is refused, and that of the collector taken', () => {
    expect(checkUpload(archiveOf('m365'), target)).toEqual(['logs-o365.audit is owned by o365']);
    expect(checkUpload(archiveOf('m365_collector'), target)).toEqual([]);
  });

  test('a part of the dataset’s name that ends at a dot is the owner’s as well', () => {
    for (const template of ['logs-o365.audit.more@package', 'logs-o365'])
      expect(
        checkUpload(archiveOf('m365'), { registry: [], installed: [{ ...elastics, templates: [template] }] }),
      ).toEqual(['logs-o365.audit is owned by o365']);
  });
});

test('Elastic’s azure keeps out the package of Entra’s logs, and no other', () => {
  const azure = { name: 'azure', source: 'registry', templates: ['logs-azure.signinlogs'] } as const;
  const target = { registry: ['azure'], installed: [azure] };
  expect(checkUpload(archiveOf('m365_entra'), target)).toEqual(['logs-azure.signinlogs is owned by azure']);
  for (const name of names.filter((each) => each !== 'm365_entra'))
    expect(checkUpload(archiveOf(name), target)).toEqual([]);
});

test('none owns what another one does, but for that of the collector', () => {
  const owned = names
    .filter((name) => name !== collectorPackage)
    .flatMap((name) =>
      [...built(name).built].filter(([path]) => /^data_stream\/[^/]+\/manifest\.yml$/.test(path)),
    )
    .map(([, text]) => parse(String(text)).dataset);
  expect(new Set(owned).size).toBe(owned.length);
});

test('the two exclude each other: both own the data stream of completeness', () => {
  const ours = { name: 'm365', source: 'upload', templates: ['logs-m365.collection'] } as const;
  expect(checkUpload(archiveOf('m365_collector'), { registry: [], installed: [ours] })).toEqual([
    'logs-m365.collection is owned by m365',
  ]);
});

describe('a cluster that cannot reach the registry', () => {
  test('takes no upload, unless one of two settings of Kibana allows it', () => {
    const unreachable = { registry: undefined };
    expect(checkUpload(archiveOf('m365'), unreachable)).toEqual(['could not verify m365']);
    expect(checkUpload(archiveOf('m365'), { ...unreachable, allowRegistryPackageUploads: true })).toEqual([]);
    expect(checkUpload(archiveOf('m365'), { ...unreachable, skipUploadPackageValidation: true })).toEqual([]);
  });
});

describe('refused is', () => {
  const audit = 'data_stream/audit/manifest.yml';
  const asset = (path: string) => (files: Files) => files.set(path, '{}') && undefined;

  test.each<[string, (files: Files) => void]>([
    ['an index template', asset('elasticsearch/index_template/a.json')],
    ['a component template', asset('elasticsearch/component_template/a.json')],
    ['an ILM policy', asset('elasticsearch/ilm_policy/a.json')],
    ['an ILM policy of a data stream', asset('data_stream/audit/elasticsearch/ilm/a.json')],
    ['a transform', asset('elasticsearch/transform/a/transform.yml')],
    ['a model', asset('elasticsearch/ml_model/a.json')],
    ['an ES|QL view', asset('elasticsearch/esql_view/a.json')],
    ['a pipeline of the package itself', asset('elasticsearch/ingest_pipeline/a.yml')],
    ['an input package', edit('manifest.yml', (manifest) => Object.assign(manifest, { type: 'input' }))],
    [
      'a policy template with any signal',
      edit('manifest.yml', ({ policy_templates }) =>
        Object.assign(policy_templates[0], { dynamic_signal_types: true }),
      ),
    ],
    [
      'an input with any signal',
      edit('manifest.yml', ({ policy_templates }) =>
        Object.assign(policy_templates[0].inputs[0], { dynamic_signal_types: true }),
      ),
    ],
    ['any dataset', edit(audit, (each) => Object.assign(each, { elasticsearch: { dynamic_dataset: true } }))],
    [
      'any namespace',
      edit(audit, (each) => Object.assign(each, { elasticsearch: { dynamic_namespace: true } })),
    ],
    ['a stream of profiles', edit(audit, (each) => Object.assign(each, { type: 'profiles' }))],
    ['a dataset with @', edit(audit, (each) => Object.assign(each, { dataset: 'o365@audit' }))],
    ['a dataset with -', edit(audit, (each) => Object.assign(each, { dataset: 'o365-audit' }))],
    [
      'what asks for privileges of the cluster',
      edit('manifest.yml', (each) =>
        Object.assign(each, { elasticsearch: { privileges: { cluster: ['all'] } } }),
      ),
    ],
    [
      'what asks for privileges of indices',
      edit('manifest.yml', (each) =>
        Object.assign(each, { elasticsearch: { privileges: { indices: ['read'] } } }),
      ),
    ],
    [
      'a data stream that asks for privileges of the cluster',
      edit(audit, (each) => Object.assign(each, { elasticsearch: { privileges: { cluster: ['all'] } } })),
    ],
    ['a manifest without an owner', edit('manifest.yml', (manifest) => delete manifest.owner)],
  ])('%s', (_, change) => {
    expect(checkUpload(archiveOf('m365', change))).toHaveLength(1);
  });

  test.each(['m', 'M365', 'm-365', '3m', `m${'x'.repeat(150)}`])('the name %s', (name) => {
    const { built: own, version } = built('m365');
    const files: Files = new Map(own);
    edit('manifest.yml', (manifest) => Object.assign(manifest, { name }))(files);
    expect(checkUpload(inFolder(`${name}-${version}`, files))).toEqual([`the name ${name}`]);
  });

  test('a name that the registry has, or that was installed otherwise', () => {
    expect(checkUpload(archiveOf('m365'), { registry: ['m365'] })).toEqual(['m365 is in the registry']);
    const installed = [{ name: 'm365', source: 'registry', templates: [] } as const];
    expect(checkUpload(archiveOf('m365'), { registry: [], installed })).toEqual([
      'm365 is installed from registry',
    ]);
  });
});

test.each(names)('%s brings nothing for which an upload needs more than Fleet and Integrations', (name) => {
  const kinds = [...built(name).built.keys()].flatMap((path) => /^kibana\/([^/]+)\//.exec(path)?.[1] ?? []);
  for (const gated of ['security_rule', 'security_ai_prompt', 'ml_module'])
    expect(kinds).not.toContain(gated);
});

test('privileges on its own data stream are not refused, and ours asks for none', () => {
  const asks = edit('data_stream/audit/manifest.yml', (each) =>
    Object.assign(each, { elasticsearch: { privileges: { indices: ['read'] } } }),
  );
  expect(checkUpload(archiveOf('m365', asks))).toEqual([]);
  for (const name of names)
    for (const [path, text] of built(name).built)
      if (path.endsWith('manifest.yml'))
        expect(parse(String(text)).elasticsearch?.privileges).toBeUndefined();
});
