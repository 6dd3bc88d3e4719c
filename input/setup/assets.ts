// What `m365 setup` puts into Elasticsearch, whatever it is: a kind, a name, a body, and the mark that tells ours
// from others'. Where the assets come from is not known here.

import { createHash } from 'node:crypto';
import { isObject } from '../../pipelines/json/unknown.ts';

export const assetKinds = ['ingest_pipeline', 'component_template', 'index_template'] as const;
export type AssetKind = (typeof assetKinds)[number];

export interface Asset {
  readonly kind: AssetKind;
  readonly name: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Kept in `_meta` of everything that is put. */
export interface Mark {
  readonly managed_by: 'm365';
  readonly managed: true;
  /** Of the program. */
  readonly version: string;
  /** Of the body, so that an unchanged one is known again however Elasticsearch spells it out. */
  readonly digest: string;
}

const collections: Readonly<Record<AssetKind, string>> = {
  ingest_pipeline: '_ingest/pipeline',
  component_template: '_component_template',
  index_template: '_index_template',
};

export function assetPath({ kind, name }: Pick<Asset, 'kind' | 'name'>): string {
  return `/${collections[kind]}/${encodeURIComponent(name)}`;
}

export function titleOf({ kind, name }: Pick<Asset, 'kind' | 'name'>): string {
  return `${kind.replace('_', ' ')} ${name}`;
}

/**
 * Writes a stamp of all templates together into the mapping that they make, so that a backing index tells by itself
 * whether it was made by them: a run of setup that broke off half way is finished by the next.
 */
export function stampMappings(assets: readonly Asset[]): readonly Asset[] {
  const stamp = stampOf(assets);
  return assets.map((asset) => (asset.kind === 'index_template' ? withStamp(asset, stamp) : asset));
}

export function stampOf(assets: readonly Asset[]): string {
  const templates = assets
    .filter(({ kind }) => kind !== 'ingest_pipeline')
    .map(({ name, body }) => ({ name, body: withoutLifecycle(body) }));
  return digestOf(templates);
}

function withStamp(asset: Asset, stamp: string): Asset {
  const template = isObject(asset.body.template) ? asset.body.template : {};
  const mappings = isObject(template.mappings) ? template.mappings : {};
  const meta = isObject(mappings._meta) ? mappings._meta : {};
  const stamped = { ...mappings, _meta: { ...meta, m365: stamp } };
  return { ...asset, body: { ...asset.body, template: { ...template, mappings: stamped } } };
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);
}

export function markOf(asset: Asset, version: string): Mark {
  return { managed_by: 'm365', managed: true, version, digest: digestOf(asset.body) };
}

/** The body as it is put. */
export function markedBody(asset: Asset, version: string): Record<string, unknown> {
  const meta = isObject(asset.body._meta) ? asset.body._meta : {};
  return { ...asset.body, _meta: { ...meta, ...markOf(asset, version) } };
}

/** In the order in which one may refer to another. */
export function inOrder(assets: readonly Asset[]): readonly Asset[] {
  return assetKinds.flatMap((kind) => assets.filter((asset) => asset.kind === kind));
}

interface Lifecycle {
  readonly enabled: true;
  /** `90d`; absent keeps documents for ever. */
  readonly data_retention?: string;
}

export function addLifecycle(asset: Asset, retention: string | undefined): Asset {
  const template = isObject(asset.body.template) ? asset.body.template : {};
  const lifecycle: Lifecycle = {
    enabled: true,
    ...(retention !== undefined && { data_retention: retention }),
  };
  return { ...asset, body: { ...asset.body, template: { ...template, lifecycle } } };
}

/** The stamp of a mapping does not change with how long its documents are kept. */
function withoutLifecycle(body: Asset['body']): Asset['body'] {
  if (!isObject(body.template)) return body;
  const { lifecycle: _, ...template } = body.template;
  if (Object.keys(template).length > 0) return { ...body, template };
  const { template: __, ...rest } = body;
  return rest;
}
