// Which record a stored document is. A mapped document bears the record's key as its `_id`. A raw one is named by the
// pipeline of whoever owns the data stream, Elastic's by a hash of the Id alone: it is recognised by what the record says
// of itself. Its own `_id` counts as well, because a record without an Id keeps the one that it was sent with.

import { isObject } from './failure.ts';

export interface Recognition {
  /** Finds every document that is one of these records. */
  query(ids: readonly string[]): object;
  /** What a search has to ask for beside it. */
  readonly asked: object;
  /** Which of the sought records the hit is; others may be among them. */
  idsOf(hit: unknown, sought: readonly string[]): readonly string[];
  /** The key of the record that the hit is. */
  idOf(hit: unknown): string | undefined;
}

export function recognise(raw: boolean): Recognition {
  return raw ? byRecord : byName;
}

const byName: Recognition = {
  query: (ids) => ({ ids: { values: ids } }),
  asked: {},
  idsOf: (hit) => namesOf(hit),
  idOf: (hit) => namesOf(hit)[0],
};

function namesOf(hit: unknown): readonly string[] {
  return isObject(hit) && typeof hit._id === 'string' ? [hit._id] : [];
}

/** Where a pipeline puts the Id and the organization, and where they stay when it fails half way. */
const idFields = ['event.id', 'o365audit.Id'];
const ownerFields = ['organization.id', 'o365audit.OrganizationId'];

const byRecord: Recognition = {
  query: (ids) => {
    const recordIds = ids.map(recordIdOf);
    const terms = idFields.map((field) => ({ terms: { [field]: recordIds } }));
    return { bool: { should: [byName.query(ids), ...terms] } };
  },
  asked: { fields: [...idFields, ...ownerFields] },
  idsOf(hit, sought) {
    const { recordId, owner } = readRecord(hit);
    if (recordId === undefined) return namesOf(hit);
    if (owner !== undefined) return [`${owner}:${recordId}`, ...namesOf(hit)];
    // The record does not say whose it is: its key then has the tenant that was asked.
    return [...sought.filter((id) => recordIdOf(id) === recordId), ...namesOf(hit)];
  },
  idOf(hit) {
    const { recordId, owner } = readRecord(hit);
    return recordId === undefined || owner === undefined ? namesOf(hit)[0] : `${owner}:${recordId}`;
  },
};

/** Of the key `<organization>:<Id>`. */
function recordIdOf(id: string): string {
  return id.slice(id.indexOf(':') + 1);
}

function readRecord(hit: unknown): { recordId: string | undefined; owner: string | undefined } {
  const fields = isObject(hit) && isObject(hit.fields) ? hit.fields : {};
  const first = (names: readonly string[]) =>
    names.flatMap((name) => fields[name] ?? []).find((value) => typeof value === 'string');
  return { recordId: first(idFields), owner: first(ownerFields)?.toLowerCase() };
}
