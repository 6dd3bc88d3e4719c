// A list of names and values that names something without a value says that it was emptied: a fact of its own.

import { describe, expect, test } from '@jest/globals';
import { loadMapper } from '../../pipelines/index.ts';
import type { Json } from '../../pipelines/json/json.ts';
import { sampleContext } from './samples.ts';

const mapper = loadMapper();

function map(record: object) {
  return mapper.map(mapper.read(JSON.stringify({ Id: '1', ...record })), sampleContext);
}

const setMailbox = (parameters: Json) => ({
  RecordType: 1,
  Operation: 'Set-Mailbox',
  ResultStatus: 'True',
  UserId: 'ann@contoso.example',
  ObjectId: 'bob',
  Parameters: parameters,
});

describe('a name without a value is listed', () => {
  test.each([
    ['with an empty text', [{ Name: 'ForwardingSmtpAddress', Value: '' }]],
    ['with nothing', [{ Name: 'ForwardingSmtpAddress', Value: null }]],
    ['alone', [{ Name: 'ForwardingSmtpAddress' }]],
    ['with an empty list', [{ Name: 'ForwardingSmtpAddress', Value: [] }]],
    ['of a list in text', '[{"Name":"ForwardingSmtpAddress","Value":""}]'],
    ['of an object', { ForwardingSmtpAddress: '' }],
    ['twice', Array(2).fill({ Name: 'ForwardingSmtpAddress', Value: '' })],
  ])('%s', (_, parameters) => {
    const document = map(setMailbox(parameters));
    expect(document).toHaveProperty('o365.audit.valueless', ['Parameters.ForwardingSmtpAddress']);
    expect(document.message).toBe('ann ran Set-Mailbox on bob, ending its forwarding');
  });

  test('whatever the type of its values, and whether or not it has a definition', () => {
    const names = ['WithinSizeRangeMinimum', 'Unheard', 'Name'];
    const document = map(setMailbox(names.map((Name) => ({ Name, Value: '' }))));
    expect(document).toHaveProperty('o365.audit.valueless', [
      'Parameters.Name',
      'Parameters.Unheard',
      'Parameters.WithinSizeRangeMinimum',
    ]);
  });

  test('of every list of names and values', () => {
    const document = map({
      RecordType: 15,
      ExtendedProperties: [
        { Name: 'UserAgent', Value: '' },
        { Name: 'RequestType', Value: 'x' },
      ],
    });
    expect(document).toHaveProperty('o365.audit.valueless', ['ExtendedProperties.UserAgent']);
  });
});

test('it is no value: a rule that asks for one finds none', () => {
  const document = map(setMailbox([{ Name: 'ForwardingSmtpAddress', Value: '' }]));
  expect(document).toHaveProperty('o365.audit.Parameters', {});
});

test('what has no name either is nothing', () => {
  expect(map(setMailbox([{ Name: '', Value: '' }, {}]))).not.toHaveProperty('o365.audit.valueless');
});

test('a property of the record that is called as the list is kept aside', () => {
  const document = map({ valueless: 'theirs', ...setMailbox([{ Name: 'ForwardTo', Value: '' }]) });
  expect(document).toHaveProperty('o365.audit.valueless', ['Parameters.ForwardTo']);
  expect(document).toHaveProperty('o365.audit.other', { valueless: 'theirs' });
});
