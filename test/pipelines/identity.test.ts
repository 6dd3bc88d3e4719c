import { describe, expect, test } from '@jest/globals';
import { loadReader } from '../../pipelines/index.ts';

const tenant = '0B1C2D3E-4F50-4617-8291-A2B3C4D5E6F7';
const reader = loadReader();
const keyOf = (record: unknown) =>
  reader.identify(reader.parse(typeof record === 'string' ? record : JSON.stringify(record)), tenant);

describe('the identity of a record', () => {
  test('is its Id within its organisation, in lower case', () => {
    expect(keyOf({ Id: 'Ab-1', OrganizationId: 'FEED', CreationTime: '2021-05-18T21:13:34' })).toEqual({
      id: 'feed:Ab-1',
      seconds: Date.parse('2021-05-18T21:13:34Z') / 1000,
    });
  });

  test('is within the configured tenant where the record names none', () => {
    expect(keyOf({ Id: '1' }).id).toBe(`${tenant.toLowerCase()}:1`);
    expect(keyOf({ Id: '1', OrganizationId: '' }).id).toBe(`${tenant.toLowerCase()}:1`);
  });

  test('is a hash of its content, whatever the order of keys, where it has no Id', () => {
    const first = keyOf('{"Operation":"x","Item":{"a":1,"b":[1,{"c":2,"d":3}]}}').id;
    expect(first).toMatch(/^h:[0-9a-f]{64}$/);
    expect(keyOf('{"Item":{"b":[1,{"d":3,"c":2}],"a":1},"Operation":"x"}').id).toBe(first);
    expect(keyOf('{"Item":{"b":[{"d":3,"c":2},1],"a":1},"Operation":"x"}').id).not.toBe(first);
  });

  test('tells numbers apart that a double cannot', () => {
    expect(keyOf('{"n":12345678901234567890}').id).not.toBe(keyOf('{"n":12345678901234567891}').id);
  });

  test('is never longer than 512 bytes', () => {
    expect(keyOf({ Id: 'x'.repeat(475) }).id).toHaveLength(512);
    expect(keyOf({ Id: 'x'.repeat(476) }).id).toMatch(/^h:/);
    expect(keyOf({ Id: 'ä'.repeat(300) }).id).toMatch(/^h:/);
  });

  test.each([[7], [null], [''], [['1']], [{}]])('does not take %j for an Id', (Id) => {
    expect(keyOf({ Id }).id).toMatch(/^h:/);
  });

  test('exists for what is no record', () => {
    expect(keyOf('not JSON').id).toMatch(/^h:/);
    expect(keyOf('not JSON').id).not.toBe(keyOf('not JSON either').id);
  });

  test('exists for a record ten thousand levels deep', () => {
    expect(keyOf(`{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`).id).toMatch(/^h:/);
  });

  test.each([['yesterday'], [null], [{}], ['2021-02-30T00:00:00']])(
    'has no time where CreationTime is %j',
    (CreationTime) => {
      expect(keyOf({ Id: '1', CreationTime }).seconds).toBe(0);
    },
  );
});

test('records that share an id are told apart by all that the head calls a part, in any case', () => {
  const mail = loadReader('microsoft_exchange_online_message_trace.log');
  const traceKey = (record: object) => mail.identify(mail.parse(JSON.stringify(record)), 'Tenant').id;
  const trace = { id: 'M1', recipientAddress: 'Ann@example.org', status: 'Pending' };
  expect(traceKey(trace)).toBe('tenant:M1:ann@example.org:pending');
  expect(traceKey({ ...trace, recipientAddress: 'bob@example.org' })).toBe(
    'tenant:M1:bob@example.org:pending',
  );
  expect(traceKey({ ...trace, status: 'delivered' })).toBe('tenant:M1:ann@example.org:delivered');
  expect(traceKey({ id: 'M1', status: null })).toBe('tenant:M1::');
});
