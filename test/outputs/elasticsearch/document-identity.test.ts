import { describe, expect, test } from '@jest/globals';
import {
  identityFields,
  isForeignDocument,
  keysOf,
} from '../../../input/outputs/elasticsearch/stored/document-identity.ts';

const hit = (_id: string, recordId: string, owner?: string) => ({
  _id,
  fields: { 'event.id': [recordId], ...(owner === undefined ? {} : { 'organization.id': [owner] }) },
});

test('a search asks for the id and the owner, mapped and raw', () => {
  const fields = ['event.id', 'o365audit.Id', 'organization.id', 'o365audit.OrganizationId'];
  expect(identityFields()).toEqual(expect.arrayContaining(fields));
});

describe('a document', () => {
  test.each([
    ['of this program is the record that its name says', hit('feed:1', '1', 'FEED'), ['feed:1']],
    ['of another pipeline is the record that it says', hit('hash', '1', 'FEED'), ['feed:1']],
    ['of another pipeline without an owner is that of every tenant asked', hit('hash', '1'), ['a:1', 'b:1']],
    [
      'of a record that changes is one change, and no other',
      hit('feed:1:2026-01-01', '1', 'FEED'),
      ['feed:1:2026-01-01'],
    ],
  ])('%s', (_, given, expected) => {
    expect(keysOf(given, ['a', 'b'])).toEqual(expected);
  });

  test.each([
    ['feed:1', 'FEED', false],
    ['feed:1:2026-01-01', 'FEED', false],
    ['feed:1:2026-01-01', undefined, false],
    ['feed:12', 'FEED', true],
    ['hash', 'FEED', true],
    ['hash', undefined, true],
  ])('named %s and owned by %s was named by others: %s', (name, owner, expected) => {
    expect(isForeignDocument(hit(name, '1', owner))).toBe(expected);
  });
});
