// Whose an index template is: ours, put there by `m365 setup` or installed with the package by Kibana; another
// package's; or somebody's own.

import { isObject } from '../../../../pipelines/json/unknown.ts';
import { overlap } from './patterns.ts';

export interface Found {
  readonly name: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Put there by `m365 setup`. */
export function isOurs(body: Readonly<Record<string, unknown>>): boolean {
  return isObject(body._meta) && body._meta.managed_by === 'm365';
}

/** Fleet marks everything it installs; older versions name the package only. */
export function packageOf(body: Readonly<Record<string, unknown>>): string | undefined {
  const meta = isObject(body._meta) ? body._meta : {};
  const name = isObject(meta.package) ? meta.package.name : undefined;
  if (typeof name === 'string') return name;
  return meta.managed_by === 'fleet' ? 'unknown' : undefined;
}

/** The package that has it, where that is none of ours. */
export function foreignPackageOf(body: Readonly<Record<string, unknown>>): string | undefined {
  const name = isOurs(body) ? undefined : packageOf(body);
  return name === undefined || /^m365(_|$)/.test(name) ? undefined : name;
}

/** `logs-o365.audit-*` and the like. */
export function patternsOf({ body }: { readonly body: Found['body'] }): readonly string[] {
  const patterns = body.index_patterns;
  if (typeof patterns === 'string') return [patterns];
  return Array.isArray(patterns) ? patterns.map(String) : [];
}

export function priorityOf({ priority }: Readonly<Record<string, unknown>>): number {
  return typeof priority === 'number' ? priority : 0;
}

/** The index template that a data stream's next backing index would follow. */
export function findWinner(dataStream: string, templates: readonly Found[]): Found | undefined {
  return templates
    .filter((template) => patternsOf(template).some((pattern) => overlap(pattern, dataStream)))
    .toSorted((left, right) => priorityOf(right.body) - priorityOf(left.body))[0];
}
