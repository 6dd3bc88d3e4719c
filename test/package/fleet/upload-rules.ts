// What Kibana says of a package that somebody uploads: it reads the archive, then refuses what an upload must not bring.

import { parse } from 'yaml';

/** The cluster that a package is uploaded to. */
export interface UploadTarget {
  readonly installed?: readonly InstalledPackage[];
  /** Names in the registry or bundled; undefined where it cannot be reached. */
  readonly registry?: readonly string[] | undefined;
  /** The settings of Kibana under `xpack.fleet.internal`. */
  readonly allowRegistryPackageUploads?: boolean;
  readonly skipUploadPackageValidation?: boolean;
}

interface InstalledPackage {
  readonly name: string;
  readonly source: 'registry' | 'upload' | 'bundled';
  /** The index templates that it owns: `logs-o365.audit`. */
  readonly templates: readonly string[];
}

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly type?: string;
  readonly policy_templates?: readonly (Inputs & { readonly inputs?: readonly Inputs[] })[];
  readonly elasticsearch?: Privileged;
  readonly [key: string]: unknown;
}

interface Inputs {
  readonly dynamic_signal_types?: boolean;
}

interface Privileged {
  readonly privileges?: { readonly cluster?: readonly string[]; readonly indices?: readonly string[] };
}

interface DataStream {
  readonly type?: string;
  readonly dataset?: string;
  readonly title?: string;
  readonly hidden?: boolean;
  readonly streams?: readonly {
    readonly input?: string;
    readonly title?: string;
    readonly vars?: object[];
  }[];
  readonly elasticsearch?: Privileged & { dynamic_dataset?: boolean; dynamic_namespace?: boolean };
}

/** What is in an archive, by its whole path. */
export type Archive = ReadonlyMap<string, string | Uint8Array>;

/** One line for each reason; nothing where Kibana takes it. */
export function checkUpload(archive: Archive, target: UploadTarget = { registry: [] }): string[] {
  const paths = [...archive.keys()];
  const top = paths[0]?.split('/', 1)[0] ?? '';
  const readYaml = (path: string) => parse(Buffer.from(archive.get(path) ?? '').toString('utf8'));
  const manifest: Manifest = readYaml(`${top}/manifest.yml`);
  const streams = paths
    .filter((path) => /^[^/]+\/data_stream\/[^/]+\/manifest\.yml$/.test(path))
    .map((path): DataStream => readYaml(path));
  const shape = [...checkArchive(top, paths, manifest), ...streams.flatMap(checkShape)];
  if (target.skipUploadPackageValidation) return shape;
  return [
    ...shape,
    ...checkName(String(manifest.name), target),
    ...paths.filter(isForbiddenAsset).map((path) => `forbidden asset ${path}`),
    ...checkManifest(manifest),
    ...streams.flatMap(checkDataStream),
    ...checkOwners(String(manifest.name), streams, target),
  ];
}

function checkArchive(top: string, paths: readonly string[], manifest: Manifest): string[] {
  const needed = ['name', 'version', 'title', 'owner', 'description', 'format_version'];
  return [
    ...paths.filter((path) => !path.startsWith(`${top}/`)).map((path) => `${path} is outside of ${top}`),
    ...(top === `${manifest.name}-${manifest.version}` ? [] : [`the folder is ${top}`]),
    ...needed.filter((key) => manifest[key] === undefined).map((key) => `the manifest has no ${key}`),
  ];
}

function checkShape({ title, type, dataset, streams = [] }: DataStream): string[] {
  return [
    ...(title && type ? [] : [`${dataset} needs title and type`]),
    ...streams.flatMap(({ input, title: name, vars = [] }) => [
      ...(input && name ? [] : [`a stream of ${dataset} needs input and title`]),
      ...vars.map(Object).flatMap((each) => (each.name && each.type ? [] : [`a variable of ${dataset}`])),
    ]),
  ];
}

function checkName(name: string, target: UploadTarget): string[] {
  const { registry, installed = [], allowRegistryPackageUploads } = target;
  const form = /^[a-z][a-z0-9_]{1,149}$/.test(name) ? [] : [`the name ${name}`];
  const shadowed = installed.filter((each) => each.name === name && each.source !== 'upload');
  const known = allowRegistryPackageUploads
    ? []
    : registry === undefined
      ? [`could not verify ${name}`]
      : registry.filter((each) => each === name).map((each) => `${each} is in the registry`);
  return [...form, ...shadowed.map((each) => `${name} is installed from ${each.source}`), ...known];
}

const forbiddenAssets = new Set([
  'index_template',
  'component_template',
  'ilm_policy',
  'ilm',
  'transform',
  'ml_model',
  'esql_view',
]);

function isForbiddenAsset(path: string): boolean {
  const [, first, ...rest] = path.split('/');
  const inStream = first === 'data_stream';
  const [service, kind = ''] = inStream ? rest.slice(1) : [first, rest[0] ?? ''];
  if (service !== 'elasticsearch') return false;
  return forbiddenAssets.has(kind) || (kind === 'ingest_pipeline' && !inStream);
}

function checkManifest({ type, policy_templates = [], elasticsearch }: Manifest): string[] {
  const { cluster = [], indices = [] } = elasticsearch?.privileges ?? {};
  const inputs = [...policy_templates, ...policy_templates.flatMap(({ inputs: each = [] }) => each)];
  return [
    ...(type === 'input' ? ['an input package'] : []),
    ...(inputs.some((each) => each.dynamic_signal_types) ? ['dynamic_signal_types'] : []),
    ...(cluster.length > 0 ? ['cluster privileges'] : []),
    ...(indices.length > 0 ? ['index privileges'] : []),
  ];
}

function checkDataStream({ type = '', dataset = '', elasticsearch = {} }: DataStream): string[] {
  const isValid = /^[^\s\\/*?"<>|,#:@A-Z_-][^\s\\/*?"<>|,#:@A-Z-]{0,99}$/.test(dataset);
  const { dynamic_dataset, dynamic_namespace, privileges } = elasticsearch;
  return [
    ...(isValid ? [] : [`the dataset ${dataset}`]),
    ...(['logs', 'metrics', 'traces', 'synthetics'].includes(type) ? [] : [`the type ${type}`]),
    ...(dynamic_dataset || dynamic_namespace ? [`${dataset} is dynamic`] : []),
    ...((privileges?.cluster ?? []).length > 0 ? [`${dataset} asks for cluster privileges`] : []),
  ];
}

function checkOwners(
  name: string,
  streams: readonly DataStream[],
  { installed = [] }: UploadTarget,
): string[] {
  const wanted = streams.map(({ type, dataset, hidden }) => `${hidden ? '.' : ''}${type}-${dataset}`);
  return installed
    .filter((each) => each.name !== name)
    .flatMap(({ name: owner, templates }) =>
      templates.flatMap((template) => {
        const owned = template.split('@', 1)[0] ?? '';
        const overlaps = (each: string) =>
          each === owned || each.startsWith(`${owned}.`) || owned.startsWith(`${each}.`);
        return wanted.filter(overlaps).map((each) => `${each} is owned by ${owner}`);
      }),
    );
}
