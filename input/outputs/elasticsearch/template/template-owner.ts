// Tells who owns an index template: this program (put there by `m365 setup`, or installed with the package by Kibana),
// another package, or somebody else.

import { isOwnPackage } from '../../../../pipelines/datasets.ts';
import { isObject } from '../../../../pipelines/json/unknown.ts';
import { patternsOverlap } from './index-patterns.ts';

/** An index template, another asset, or the mapping of an index, as it was found in the cluster. */
export interface InstalledAsset {
  readonly name: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** True for an asset that `m365 setup` put there. */
export function isOurs(body: Readonly<Record<string, unknown>>): boolean {
  return isObject(body._meta) && body._meta.managed_by === 'm365';
}

/** Returns the package that installed it. Fleet marks everything it installs; older versions name the package only. */
export function packageOf(body: Readonly<Record<string, unknown>>): string | undefined {
  const meta = isObject(body._meta) ? body._meta : {};
  const name = isObject(meta.package) ? meta.package.name : undefined;
  if (typeof name === 'string') return name;
  return meta.managed_by === 'fleet' ? 'unknown' : undefined;
}

/** Returns the package that owns it, where that is none of ours. */
export function foreignPackageOf(body: Readonly<Record<string, unknown>>): string | undefined {
  const name = isOurs(body) ? undefined : packageOf(body);
  return name === undefined || isOwnPackage(name) ? undefined : name;
}

/** Returns its index patterns, such as `logs-o365.audit-*`. */
export function patternsOf({ body }: { readonly body: InstalledAsset['body'] }): readonly string[] {
  const patterns = body.index_patterns;
  if (typeof patterns === 'string') return [patterns];
  return Array.isArray(patterns) ? patterns.map(String) : [];
}

export function priorityOf({ priority }: Readonly<Record<string, unknown>>): number {
  return typeof priority === 'number' ? priority : 0;
}

/** Returns the index template that the next backing index of a data stream would follow. */
export function findWinner(
  dataStream: string,
  templates: readonly InstalledAsset[],
): InstalledAsset | undefined {
  return templates
    .filter((template) => patternsOf(template).some((pattern) => patternsOverlap(pattern, dataStream)))
    .toSorted((left, right) => priorityOf(right.body) - priorityOf(left.body))[0];
}
