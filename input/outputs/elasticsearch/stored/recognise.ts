// Which record a stored document is. What this program mapped bears the record's key as its `_id`. What another pipeline
// took in has whatever name that gave it, Elastic's a hash of the Id alone: such a document is recognised by what it says
// of itself. Both may stand in one data stream, before and after it changed hands, so both are always looked for.

import { listDatasets } from '../../../../pipelines/index.ts';
import { isObject } from '../../../../pipelines/json/unknown.ts';
import type { Request } from '../connect/client.ts';

/** Where a pipeline puts the Id and the organization, and where they stay when it fails half way. */
const idFields = () => ['event.id', ...rawPlaces('id')];
const ownerFields = () => ['organization.id', ...rawPlaces('owner')];

function rawPlaces(name: 'id' | 'owner'): string[] {
  return listDatasets().flatMap(({ rawField, head }) =>
    head[name].map((path) => [rawField, ...path].join('.')),
  );
}

/** What a search has to ask for, so that its hits can be recognised. */
export const recognisedBy = (): string[] => [...idFields(), ...ownerFields()];

/** A search for the documents of these records, with what tells whose each is. */
export function searchFor(dataStream: string, ids: readonly string[], size: number): Request {
  return {
    method: 'POST',
    path: `/${encodeURIComponent(dataStream)}/_search`,
    query: {
      filter_path: 'timed_out,_shards.failed,hits.hits._id,hits.hits.fields',
      allow_partial_search_results: false,
    },
    body: {
      query: queryFor(ids),
      fields: recognisedBy(),
      size,
      sort: ['_doc'],
      _source: false,
      track_total_hits: false,
    },
    name: 'search',
    index: dataStream,
  };
}

/** Finds every document that may be one of these records, by their keys. */
function queryFor(keys: readonly string[]): object {
  const recordIds = keys.map(recordIdOf);
  const terms = idFields().map((field) => ({ terms: { [field]: recordIds } }));
  return { bool: { should: [{ ids: { values: keys } }, ...terms] } };
}

/**
 * The keys of the record that a hit is; several where it does not say whose it is: a key then has the tenant that was
 * asked, which is one of `tenants`. The name counts where it is a key itself, and where the record tells nothing.
 */
export function keysOf(hit: unknown, tenants: readonly string[]): readonly string[] {
  const { name, recordId, owner } = readHit(hit);
  const owners = owner === undefined ? tenants : [owner];
  const keys = recordId === undefined ? [] : owners.map((each) => keyOf(each, recordId));
  if (name === undefined || keys.includes(name)) return keys;
  if (keys.some((key) => isChangeOf(key, name))) return [name];
  return keys.length === 0 || name.includes(':') ? [...keys, name] : keys;
}

/** Which of the sought records the hit is. */
export function soughtOf(hit: unknown, sought: SoughtKeys): readonly string[] {
  return keysOf(hit, sought.tenants).filter((key) => sought.keys.has(key));
}

export interface SoughtKeys {
  readonly keys: ReadonlySet<string>;
  readonly tenants: readonly string[];
}

export function seek(keys: readonly string[]): SoughtKeys {
  return { keys: new Set(keys), tenants: [...new Set(keys.map(tenantOf))] };
}

/** True for a document that somebody else's pipeline named. */
export function isNamedByOthers(hit: unknown): boolean {
  const { name = '', recordId, owner } = readHit(hit);
  if (recordId === undefined || name.startsWith('h:')) return false;
  if (owner === undefined) return recordIdOf(name) !== recordId && !isChangeOf(recordId, recordIdOf(name));
  const key = keyOf(owner, recordId);
  return name !== key && !isChangeOf(key, name);
}

/** Of a dataset whose records change, the time of the change follows the key of the record. */
function isChangeOf(key: string, name: string): boolean {
  return name.startsWith(`${key}:`);
}

/** `<organization>:<Id>` */
function keyOf(tenant: string, recordId: string): string {
  return tenant === '' ? recordId : `${tenant}:${recordId}`;
}

function recordIdOf(key: string): string {
  return key.slice(key.indexOf(':') + 1);
}

function tenantOf(key: string): string {
  return key.slice(0, Math.max(0, key.indexOf(':')));
}

function readHit(hit: unknown) {
  const fields = isObject(hit) && isObject(hit.fields) ? hit.fields : {};
  const first = (names: readonly string[]) =>
    names.flatMap((name) => fields[name] ?? []).find((value) => typeof value === 'string');
  const name = isObject(hit) && typeof hit._id === 'string' ? hit._id : undefined;
  return { name, recordId: first(idFields()), owner: first(ownerFields())?.toLowerCase() };
}
