// Identifies the record of a stored document. A document that this program mapped has the record's key as its `_id`.
// Another pipeline gives an `_id` of its own, Elastic's a hash of the Id alone: such a document is identified by its
// fields. A data stream that changed hands holds both, so both are always searched for.

import { listRawFields } from '../../../../pipelines/index.ts';
import { isObject } from '../../../../pipelines/json/unknown.ts';
import type { ElasticsearchRequest } from '../connect/client.ts';

/** Where a pipeline puts the Id and the organization, and where they stay when it fails half way. */
const idFields = () => ['event.id', ...listRawFields('id')];
const ownerFields = () => ['organization.id', ...listRawFields('owner')];

/** What a search has to ask for, so that its hits can be recognised. */
export const identityFields = (): string[] => [...idFields(), ...ownerFields()];

/** Makes a search for the documents of these records, with the fields that identify them. */
export function searchByKeys(dataStream: string, ids: readonly string[], size: number): ElasticsearchRequest {
  return {
    method: 'POST',
    path: `/${encodeURIComponent(dataStream)}/_search`,
    query: {
      filter_path: 'timed_out,_shards.failed,hits.hits._id,hits.hits.fields',
      allow_partial_search_results: false,
    },
    body: {
      query: queryFor(ids),
      fields: identityFields(),
      size,
      sort: ['_doc'],
      _source: false,
      track_total_hits: false,
    },
    name: 'search',
    index: dataStream,
  };
}

/** Makes the query for every document that may be one of these records. */
function queryFor(keys: readonly string[]): object {
  const recordIds = keys.map(recordIdOf);
  const terms = idFields().map((field) => ({ terms: { [field]: recordIds } }));
  return { bool: { should: [{ ids: { values: keys } }, ...terms] } };
}

/**
 * Returns the keys that the record of a hit may have: one, or one for each of `tenants` where the hit names no
 * organization. The `_id` counts where it is a key itself, and where the fields tell nothing.
 */
export function keysOf(hit: unknown, tenants: readonly string[]): readonly string[] {
  const { name, recordId, owner } = readHit(hit);
  const owners = owner === undefined ? tenants : [owner];
  const keys = recordId === undefined ? [] : owners.map((each) => keyOf(each, recordId));
  if (name === undefined || keys.includes(name)) return keys;
  if (keys.some((key) => isChangeOf(key, name))) return [name];
  return keys.length === 0 || name.includes(':') ? [...keys, name] : keys;
}

/** Returns those of the wanted keys that the hit may have. */
export function matchingKeys(hit: unknown, wanted: KeySet): readonly string[] {
  return keysOf(hit, wanted.tenants).filter((key) => wanted.keys.has(key));
}

export interface KeySet {
  readonly keys: ReadonlySet<string>;
  readonly tenants: readonly string[];
}

export function makeKeySet(keys: readonly string[]): KeySet {
  return { keys: new Set(keys), tenants: [...new Set(keys.map(tenantOf))] };
}

/** True for a document whose `_id` another pipeline gave. */
export function isForeignDocument(hit: unknown): boolean {
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

/** Returns `<organization>:<Id>`. */
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
