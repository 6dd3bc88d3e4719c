import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { loadDefinitions, loadMapper } from '../../pipelines/index.ts';
import type { JsonObject } from '../../pipelines/json/json.ts';
import type { MapContext } from '../../pipelines/mapper.ts';

const mapper = loadMapper();
const context: MapContext = {
  tenantId: '0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7',
  fetchedAt: '2026-01-01T00:00:00.000Z',
};

// biome-ignore lint/suspicious/noExplicitAny: the assertions reach into documents of every shape
type Document = any;

function mapText(text: string, changes: Partial<MapContext> = {}): Document {
  return mapper.map(mapper.read(text), { ...context, ...changes });
}

const map = (record: object, changes: Partial<MapContext> = {}): Document =>
  mapText(JSON.stringify(record), changes);
const auditOf = (record: object): Document => map(record).o365.audit;

describe('every record', () => {
  const record = {
    Id: 'id-1',
    CreationTime: '2021-05-18T21:13:34',
    RecordType: 8,
    Operation: 'Add member to role.',
    OrganizationId: '0873EE4D-D342-44F2-8961-74C442A2FAD2',
    Workload: 'AzureActiveDirectory',
    UserId: 'Ann@example.org',
    ResultStatus: 'Success',
    ClientIP: '[2001:db8::7]:443',
  };

  test('says when, what, who, where from and how it ended', () => {
    expect(map(record)).toMatchObject({
      '@timestamp': '2021-05-18T21:13:34Z',
      ecs: { version: loadDefinitions().ecsVersion },
      data_stream: { type: 'logs', dataset: 'o365.audit', namespace: 'default' },
      event: {
        kind: 'event',
        id: 'id-1',
        action: 'Add member to role.',
        code: 'AzureActiveDirectory',
        provider: 'AzureActiveDirectory',
        outcome: 'success',
        dataset: 'o365.audit',
        module: 'o365',
        created: context.fetchedAt,
      },
      organization: { id: '0873ee4d-d342-44f2-8961-74c442a2fad2' },
      user: { id: 'Ann@example.org', name: 'Ann', domain: 'example.org', email: 'Ann@example.org' },
      source: { address: '[2001:db8::7]:443', ip: '2001:db8::7', port: 443 },
      client: { address: '[2001:db8::7]:443', ip: '2001:db8::7', port: 443 },
      network: { type: 'ipv6' },
      related: { user: ['Ann@example.org', 'ann@example.org', 'Ann'], ip: ['2001:db8::7'] },
    });
  });

  test('keeps its own properties in place, numbers as numbers', () => {
    expect(auditOf(record)).toEqual(record);
  });

  test('leaves event.ingested to whoever ingests it', () => {
    expect(map(record).event).not.toHaveProperty('ingested');
  });

  test('is written as one line, whatever the lines of its text', () => {
    const written = mapper.write(mapper.read(JSON.stringify(record, undefined, 2)), context);
    expect(written).not.toContain('\n');
    expect(JSON.parse(written)).toEqual(map(record));
  });

  test('belongs to the configured tenant where it names none, and bears its name', () => {
    expect(map({ Id: '1' }, { tenantName: 'Contoso' }).organization).toEqual({
      id: context.tenantId,
      name: 'Contoso',
    });
    expect(map({ Id: '1' }, { tenantId: '' })).not.toHaveProperty('organization');
  });

  test('keeps its text only when asked, and is then marked so that no pipeline drops it', () => {
    const text = '{"Id": "1" }';
    expect(mapText(text).event).not.toHaveProperty('original');
    expect(mapText(text, { preserveOriginal: true, tags: ['backfill'] })).toMatchObject({
      event: { original: text },
      tags: ['backfill', 'preserve_original_event'],
    });
  });

  test('without a readable CreationTime takes the time of its content, and says so', () => {
    const created = { contentCreated: '2025-12-31T00:00:00Z' };
    expect(map({ CreationTime: 'yesterday' }, created)).toMatchObject({
      '@timestamp': '2025-12-31T00:00:00Z',
      o365: { audit: { unplaced: ['CreationTime: no date'] } },
    });
    expect(map({})['@timestamp']).toBe(context.fetchedAt);
  });
});

describe('an unknown record type', () => {
  test('has its number for a code, the common fields, and everything else searchable', () => {
    const document = map({ RecordType: 99_999, Operation: 'Fly', Wings: 2, Feathers: { Colour: 'blue' } });
    expect(document.event).toMatchObject({
      code: '99999',
      action: 'Fly',
      outcome: 'unknown',
      type: ['info'],
    });
    expect(document.o365.audit).toMatchObject({
      Wings: 2,
      Feathers: { Colour: 'blue' },
      other: { Wings: 2, Feathers: { Colour: 'blue' } },
    });
  });

  test.each([[15], ['15'], ['1.5E1'], ['AzureActiveDirectoryStsLogon'], ['azureActiveDirectoryStsLogon']])(
    'is not %j',
    (RecordType) => {
      const Operation = 'UserLoggedIn';
      expect(map({ RecordType, Operation }).event).toEqual(map({ RecordType: 15, Operation }).event);
      expect(map({ RecordType, Operation }).event.code).toBe('AzureActiveDirectoryStsLogon');
    },
  );

  test.each<[JsonObject[string]]>([['Flying'], [''], [null], [[15]], [{ a: 1 }], ['constructor']])(
    'is %j',
    (RecordType) => {
      expect(map({ RecordType, Operation: 'UserLoggedIn' }).event.category).not.toContain('authentication');
    },
  );
});

describe('lists of names and values', () => {
  test('become objects keyed by name', () => {
    const Parameters = [
      { Name: 'ForwardTo', Value: 'mallory@evil.example' },
      { Name: 'Unheard.Of', Value: 'x' },
      { Name: 'Enabled', Value: '' },
    ];
    expect(auditOf({ RecordType: 1, Parameters })).toMatchObject({
      Parameters: { ForwardTo: 'mallory@evil.example', 'Unheard.Of': 'x' },
      other: { 'Parameters.Unheard.Of': 'x' },
    });
  });

  test('keep every value of a name that comes twice', () => {
    const Parameters = [
      { Name: 'ForwardTo', Value: 'a@x.org' },
      { Name: 'ForwardTo', Value: 'b@x.org' },
    ];
    expect(auditOf({ Parameters }).Parameters).toEqual({ ForwardTo: ['a@x.org', 'b@x.org'] });
  });

  test('that come as text go beside, or are opened where they are JSON', () => {
    expect(auditOf({ Parameters: '-Identity "x"' })).toMatchObject({ ParametersText: '-Identity "x"' });
    expect(auditOf({ Parameters: '[{"Name":"ForwardTo","Value":"a@x.org"}]' }).Parameters).toEqual({
      ForwardTo: 'a@x.org',
    });
    expect(auditOf({ ModifiedProperties: ['a', 'b'] })).toMatchObject({ ModifiedPropertiesText: ['a', 'b'] });
  });

  test('of changes have underscores for dots and spaces', () => {
    const ModifiedProperties = [
      { Name: 'Role.DisplayName', NewValue: 'Global Administrator', OldValue: '' },
      { Name: 'Included Updated Properties', NewValue: '', OldValue: '' },
    ];
    expect(auditOf({ RecordType: 8, ModifiedProperties }).ModifiedProperties).toEqual({
      Role_DisplayName: { NewValue: 'Global Administrator' },
      Included_Updated_Properties: {},
    });
  });

  test('keep what else an item holds, and names that are no names', () => {
    const Parameters = [
      { Name: 'ForwardTo', Value: 'a@x.org', Kind: 7 },
      { Name: '', Value: 'lost?' },
    ];
    expect(auditOf({ Parameters }).other).toEqual({
      'Parameters.ForwardTo.Kind': 7,
      'Parameters.Value': 'lost?',
    });
  });

  test('that rules search as lists stay lists', () => {
    const record = {
      CreationTime: '2021-05-18T21:13:34',
      RecordType: 15,
      Actor: [{ ID: 'x', Type: 0 }],
      Target: [{ ID: 'y', Type: 0 }],
      DeviceProperties: [{ Name: 'OS', Value: 'Windows' }],
      OperationProperties: [{ Name: 'IsThrottled', Value: 'True' }],
      AffectedItems: [{ Subject: 'mfa' }],
    };
    expect(auditOf(record)).toEqual(record);
  });
});

describe('a value that is not of its type', () => {
  test('is taken where it can be read as one', () => {
    expect(auditOf({ OperationCount: '1.2E1', ExternalAccess: 'True' })).toMatchObject({
      OperationCount: 12,
      ExternalAccess: true,
    });
  });

  test('is put aside with a reason where it cannot', () => {
    expect(auditOf({ OperationCount: 'many', UserAgent: { a: 1 }, Item: 7 })).toMatchObject({
      other: { OperationCount: 'many', UserAgent: { a: 1 }, Item: 7 },
      unplaced: [
        'Item: number in place of object',
        'OperationCount: text in place of long',
        'UserAgent: object in place of keyword',
        'CreationTime: no date',
      ],
    });
  });

  test('leaves no trace where it is empty', () => {
    expect(map({ ObjectId: '', Item: {}, Parameters: [], UserAgent: null, Strange: '' }).o365.audit).toEqual({
      unplaced: ['CreationTime: no date'],
    });
  });
});

describe('whole numbers that a double cannot hold', () => {
  test.each([
    ['a property', '{"RecordType":22,"MessageId":12345678901234567890}', ['MessageId']],
    ['a nested one', '{"Strange":{"a":[12345678901234567890]}}', ['Strange', 'a', '0']],
    [
      'a pair',
      '{"Parameters":[{"Name":"Identity","Value":12345678901234567890}]}',
      ['Parameters', 'Identity'],
    ],
    [
      'JSON inside of text',
      '{"ExtendedProperties":[{"Name":"additionalDetails","Value":"{\\"n\\":12345678901234567890}"}]}',
      ['ExtendedProperties', 'additionalDetails', 'n'],
    ],
  ])('stay exact as text in %s', (_, text, path) => {
    const value = path.reduce<Document>((inner, name) => inner[name], mapText(text).o365.audit);
    expect(value).toBe('12345678901234567890');
  });
});

describe('outcomes', () => {
  test.each([
    [
      'a sign-in that failed, though the exchange succeeded',
      {
        RecordType: 15,
        Operation: 'UserLoginFailed',
        ResultStatus: 'Success',
        LogonError: 'InvalidUserNameOrPassword',
      },
      'failure',
    ],
    [
      'a sign-in that worked',
      { RecordType: 15, Operation: 'UserLoggedIn', ResultStatus: 'Failed', ErrorNumber: '0' },
      'success',
    ],
    ['a cmdlet that worked', { RecordType: 1, ResultStatus: 'True' }, 'success'],
    ['a cmdlet that failed', { RecordType: 1, ResultStatus: 'False' }, 'failure'],
    [
      'a mailbox operation that worked in part',
      { RecordType: 3, ResultStatus: 'PartiallySucceeded' },
      'unknown',
    ],
    [
      'a file operation, which is logged when it is done',
      { RecordType: 6, Operation: 'FileDownloaded' },
      'success',
    ],
    ['a status nobody knows', { RecordType: 1, ResultStatus: 'Perhaps' }, 'unknown'],
    ['no status where one belongs', { RecordType: 1 }, 'unknown'],
  ])('%s', (_, record, outcome) => {
    expect(map(record).event.outcome).toBe(outcome);
  });
});

test('one person is one value of related.user in sign-ins and in the directory, whatever the case', () => {
  const signIn = map({ RecordType: 15, Operation: 'UserLoggedIn', UserId: 'Ann@Example.org' });
  const directory = map({
    RecordType: 8,
    Operation: 'Add registered users to device.',
    UserId: 'ServicePrincipal_0df31120-5486-4bda-ab7b-656f09dca3be',
    Target: [
      { ID: 'User', Type: 2 },
      { ID: 'ann@example.org', Type: 5 },
    ],
  });
  expect(signIn.related.user).toContain('ann@example.org');
  expect(directory.related.user).toContain('ann@example.org');
  expect(directory.user.target).toMatchObject({ email: 'ann@example.org', name: 'ann' });
});

describe('hostile records', () => {
  test('may be ten thousand levels deep: the depth becomes text', () => {
    const deep = `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`;
    const document = mapText(
      `{"RecordType":1,"Strange":${deep},"Parameters":[{"Name":"Other","Value":${deep}}]}`,
    );
    expect(JSON.stringify(document.o365.audit.other.Strange)).toContain('{\\"a\\":');
  });

  test('may name properties as the language and this project do', () => {
    const document = mapText(
      '{"__proto__":{"x":1},"constructor":2,"toString":3,"other":4,"unplaced":5,"hasOwnProperty":6,"a.b":7,"":8," ":9}',
    );
    expect(document.o365.audit.other).toMatchObject({
      constructor: 2,
      toString: 3,
      other: 4,
      unplaced: 5,
      hasOwnProperty: 6,
      'a.b': 7,
      '': 8,
      ' ': 9,
    });
    expect(document.o365.audit.unplaced).toEqual(['CreationTime: no date']);
    expect(Object.keys(document.o365.audit)).not.toContain('a.b');
    expect('x' in {}).toBe(false);
  });

  test('may name parameters so too', () => {
    const pairs = ['__proto__', 'constructor', 'toString'].map((Name) => ({ Name, Value: 'v' }));
    const { Parameters } = auditOf({ Parameters: pairs });
    expect(Object.keys(Parameters)).toEqual(['__proto__', 'constructor', 'toString']);
  });

  test('of any JSON become a document', () => {
    const { properties } = loadDefinitions();
    const name = fc.oneof(fc.constantFrom(...Object.keys(properties)), fc.string());
    const record = fc.record({
      fields: fc.dictionary(name, fc.jsonValue({ maxDepth: 4 }), { maxKeys: 12 }),
      RecordType: fc.oneof(fc.integer({ min: 0, max: 500 }), fc.jsonValue()),
      Operation: fc.oneof(
        fc.constantFrom('UserLoggedIn', 'New-InboxRule', 'Send', 'FileDownloaded'),
        fc.jsonValue(),
      ),
    });
    fc.assert(
      fc.property(record, ({ fields, RecordType, Operation }) => {
        const document = map({ ...fields, RecordType, Operation });
        expect(document.event).toMatchObject({ kind: expect.any(String), outcome: expect.any(String) });
      }),
      { numRuns: 500 },
    );
  });
});

test('a document does not remember another: what is shared is not changed', () => {
  const record = {
    RecordType: 50,
    UserId: 'ann@example.org',
    LogonType: 0,
    MailboxOwnerUPN: 'bob@example.org',
    ClientIPAddress: '203.0.113.7',
  };
  const first = map(record);
  map({ ...record, LogonType: 1, UserId: 'ann@example.org' });
  const other: JsonObject = { ...record };
  expect(map(other)).toEqual(first);
});

test('a list of objects keeps its objects alone: one empty text among them would have the document refused', () => {
  const record = { Id: '1', RecordType: 361, ClassificationInfo: [{ Count: 1 }, ''] };
  expect(auditOf(record).ClassificationInfo).toEqual([{ Count: 1 }]);
});
