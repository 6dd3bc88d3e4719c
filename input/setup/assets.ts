// The assets that `m365 setup` puts into Elasticsearch: each has a kind, a name, a body, and a mark that tells ours from
// others'. own-assets.ts reads those of all datasets.

import { createHash } from 'node:crypto';
import { isObject } from '../../pipelines/json/unknown.ts';

export const assetKinds = ['ingest_pipeline', 'component_template', 'index_template'] as const;
export type SetupAssetKind = (typeof assetKinds)[number];

export interface SetupAsset {
  readonly kind: SetupAssetKind;
  readonly name: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The mark of ownership in `_meta` of every asset that is put. */
export interface OwnershipMark {
  readonly managed_by: 'm365';
  readonly managed: true;
  /** The version of the program. */
  readonly version: string;
  /** The digest of the body: Elasticsearch returns a body in another form, so only this shows that it is unchanged. */
  readonly digest: string;
}

const collections: Readonly<Record<SetupAssetKind, string>> = {
  ingest_pipeline: '_ingest/pipeline',
  component_template: '_component_template',
  index_template: '_index_template',
};

export function assetPath({ kind, name }: Pick<SetupAsset, 'kind' | 'name'>): string {
  return `/${collections[kind]}/${encodeURIComponent(name)}`;
}

export function titleOf({ kind, name }: Pick<SetupAsset, 'kind' | 'name'>): string {
  return `${kind.replace('_', ' ')} ${name}`;
}

/**
 * Writes a stamp of each index template and its components into the mapping that they make, so that a backing index shows
 * by itself that they made it: a run of setup that broke off half way is finished by the next.
 */
export function stampMappings(assets: readonly SetupAsset[]): readonly SetupAsset[] {
  return assets.map((asset) =>
    asset.kind === 'index_template' ? withStamp(asset, stampOf(asset, assets)) : asset,
  );
}

export function stampOf(template: SetupAsset, assets: readonly SetupAsset[]): string {
  const { composed_of: components } = template.body;
  const isPart = ({ kind, name }: SetupAsset) =>
    kind === 'component_template' && Array.isArray(components) && components.includes(name);
  const parts = [...assets.filter(isPart), template];
  return digestOf(parts.map(({ name, body }) => ({ name, body: withoutLifecycle(body) })));
}

function withStamp(asset: SetupAsset, stamp: string): SetupAsset {
  const template = isObject(asset.body.template) ? asset.body.template : {};
  const mappings = isObject(template.mappings) ? template.mappings : {};
  const meta = isObject(mappings._meta) ? mappings._meta : {};
  const stamped = { ...mappings, _meta: { ...meta, m365: stamp } };
  return { ...asset, body: { ...asset.body, template: { ...template, mappings: stamped } } };
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);
}

export function markOf(asset: SetupAsset, version: string): OwnershipMark {
  return { managed_by: 'm365', managed: true, version, digest: digestOf(asset.body) };
}

/** Returns the body as it is put, with its mark. */
export function markedBody(asset: SetupAsset, version: string): Record<string, unknown> {
  const meta = isObject(asset.body._meta) ? asset.body._meta : {};
  return { ...asset.body, _meta: { ...meta, ...markOf(asset, version) } };
}

/** Sorts assets so that each comes after those that it may refer to. */
export function inDependencyOrder(assets: readonly SetupAsset[]): readonly SetupAsset[] {
  return assetKinds.flatMap((kind) => assets.filter((asset) => asset.kind === kind));
}

interface Lifecycle {
  readonly enabled: true;
  /** The retention, such as `90d`; without one documents are kept for ever. */
  readonly data_retention?: string;
}

export function addLifecycle(asset: SetupAsset, retention: string | undefined): SetupAsset {
  const template = isObject(asset.body.template) ? asset.body.template : {};
  const lifecycle: Lifecycle = {
    enabled: true,
    ...(retention !== undefined && { data_retention: retention }),
  };
  return { ...asset, body: { ...asset.body, template: { ...template, lifecycle } } };
}

/** Removes the lifecycle, since the stamp of a mapping does not depend on the retention. */
function withoutLifecycle(body: SetupAsset['body']): SetupAsset['body'] {
  if (!isObject(body.template)) return body;
  const { lifecycle: _, ...template } = body.template;
  if (Object.keys(template).length > 0) return { ...body, template };
  const { template: __, ...rest } = body;
  return rest;
}
