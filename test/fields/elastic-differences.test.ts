import { describe, expect, test } from '@jest/globals';
import { listDocumentFields } from '../../pipelines/document-fields.ts';
import { loadDefinitions, loadMapper } from '../../pipelines/index.ts';
import { absentFields, openObjects, otherValues } from '../../pipelines/reference/elastic-differences.ts';
import { reference } from './elastic-reference.ts';

const theirs = Object.keys(reference?.fields ?? {});
const fields = listDocumentFields(loadDefinitions());
const ours = new Set(fields.map(({ name }) => name));
const flattened = fields.filter(({ type }) => type === 'flattened').map(({ name }) => `${name}.`);

const isHere = (name: string) => ours.has(name) || flattened.some((object) => name.startsWith(object));
const stemOf = (name: string) => (name.endsWith('.*') ? name.slice(0, -2) : name);
const stands = (pattern: string, name: string) =>
  name === stemOf(pattern) || (pattern.endsWith('.*') && name.startsWith(`${stemOf(pattern)}.`));

(reference === undefined ? describe.skip : describe)("beside the fields of Elastic's package", () => {
  test('every field that documents here lack is in the table', () => {
    const patterns = absentFields.flatMap((each) => each.fields);
    const unnamed = theirs.filter(
      (name) => !isHere(name) && !patterns.some((pattern) => stands(pattern, name)),
    );
    expect(unnamed).toEqual([]);
  });

  test('a whole object that is named otherwise has each of its fields there', () => {
    const missing = absentFields.flatMap(({ fields: patterns, instead }) =>
      patterns.flatMap((pattern) => fieldsBelow(pattern).map((below) => ({ below, instead }))),
    );
    const unfound = missing.filter(
      ({ below, instead }) =>
        instead.length === 1 && instead[0]?.endsWith('.*') && !isHere(`${stemOf(instead[0])}${below}`),
    );
    expect(unfound).toEqual([]);
  });

  test('every object below which they make fields of all keys is named, or here as another', () => {
    const objects = reference?.dynamic
      .flatMap(Object.keys)
      .map((pattern) => pattern.replace(/(?:\.\*)+$/, ''));
    const patterns = absentFields.flatMap((each) => each.fields);
    const unnamed = objects?.filter(
      (name) =>
        !openObjects.includes(name) &&
        !patterns.some((pattern) => stands(pattern, name)) &&
        !flattened.includes(`${name}.`),
    );
    expect(unnamed).toEqual([]);
  });
});

test('no field that is called absent is here', () => {
  const present = absentFields.flatMap(({ fields: patterns }) =>
    patterns.filter((pattern) => [...ours].some((name) => stands(pattern, name))),
  );
  expect(present).toEqual([]);
});

test('every field to write instead, or that holds another value, is here', () => {
  const named = [
    ...absentFields.flatMap(({ instead }) => instead.map(stemOf)),
    ...openObjects,
    ...otherValues.flatMap(({ fields: changed, instead = [] }) => [...changed, ...instead]),
  ];
  expect(named.filter((name) => !isHere(name))).toEqual([]);
});

test('what is written instead names only fields that are here', () => {
  const written = absentFields.flatMap(({ write = '' }) => [...write.matchAll(/`([^`]+)`/g)]);
  const names = written.map(([, name = '']) => name.replace(/\.[A-Z]+$/, ''));
  expect(names.filter((name) => !isHere(name))).toEqual([]);
});

test('no field is told of twice', () => {
  const absent = absentFields.flatMap((each) => each.fields);
  const changed = otherValues.flatMap((each) => each.fields);
  expect(absent.filter((name, at) => absent.indexOf(name) !== at)).toEqual([]);
  expect(changed.filter((name, at) => changed.indexOf(name) !== at)).toEqual([]);
});

describe('what the table tells of values is what documents hold', () => {
  const mapper = loadMapper();
  const context = { tenantId: 'tenant', fetchedAt: '2026-01-01T00:00:00.000Z' };
  const record = {
    Id: '1',
    CreationTime: '2026-11-20T09:30:00',
    OrganizationId: 'Tenant',
    UserId: 'ann@contoso.example',
  };
  const map = (rest: object) => mapper.map(mapper.read(JSON.stringify({ ...record, ...rest })), context);
  const words = otherValues.find(({ fields: [name] }) => name === 'event.action')?.words ?? {};

  test.each(Object.values(words))('event.action is "%s" as written', (Operation) => {
    expect(map({ Operation })).toMatchObject({ event: { action: Operation } });
  });

  test('a device is a host, and neither a tenant nor a domain is', () => {
    expect(map({ RecordType: 15 })).not.toHaveProperty('host');
    expect(map({ DeviceName: 'laptop-7' })).toMatchObject({ host: { name: 'laptop-7' } });
  });

  test('a status that no table knows and a record type without a name are not guessed at', () => {
    expect(map({ RecordType: 99999, ResultStatus: 'PartiallySucceeded' })).toMatchObject({
      event: { code: '99999', outcome: 'unknown' },
    });
  });

  test('an application is nobody, and who opened a mailbox is not its owner', () => {
    const application = {
      RecordType: 8,
      Operation: 'Add service principal.',
      ObjectId: 'app',
      Target: [{ ID: 'ServicePrincipal', Type: 2 }],
    };
    expect(map(application)).not.toHaveProperty('user.target');
    expect(map({ RecordType: 2, LogonType: 2, MailboxOwnerUPN: 'bob@contoso.example' })).toMatchObject({
      user: { email: 'ann@contoso.example', target: { email: 'bob@contoso.example' } },
    });
  });

  test('text in place of names and values, and names without a value, have their fields', () => {
    expect(map({ RecordType: 1, Parameters: '-Identity ann' })).toMatchObject({
      o365: { audit: { ParametersText: '-Identity ann' } },
    });
    expect(map({ RecordType: 1, Parameters: [{ Name: 'ForwardingSmtpAddress', Value: '' }] })).toMatchObject({
      o365: { audit: { valueless: ['Parameters.ForwardingSmtpAddress'] } },
    });
  });
});

/** What stands below an object of theirs, with its dot. */
function fieldsBelow(pattern: string): string[] {
  const stem = stemOf(pattern);
  return theirs.filter((name) => name.startsWith(`${stem}.`)).map((name) => name.slice(stem.length));
}
