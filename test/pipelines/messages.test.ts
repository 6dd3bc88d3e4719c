import { describe, expect, test } from '@jest/globals';
import { loadDefinitions, loadMapper } from '../../pipelines/index.ts';
import type { JsonObject } from '../../pipelines/json/json.ts';
import { listSamples, sampleContext } from './samples.ts';

const mapper = loadMapper();
const samples = listSamples();

const users = ['UserId', 'UserKey', 'LogonUserSid', 'Actor'];
const addresses = ['ClientIP', 'ClientIPAddress', 'ActorIpAddress', 'ActorIP'];

const missing: Readonly<Record<string, readonly string[]>> = {
  nothing: [],
  'the operation': ['Operation'],
  'the user': users,
  'the object': ['ObjectId'],
  'the address': addresses,
  'all of them': ['Operation', 'ObjectId', ...users, ...addresses],
};

const hole = /^[\s,:]|\s[\s,;.)]|\s:(?!:)|\(\s*\)|"\s*"|[\s,:(]$|undefined|\[object/;

function holesOf(record: JsonObject): string[] {
  const { message } = mapper.map(mapper.read(JSON.stringify(record)), sampleContext);
  const sentence = String(message).replaceAll(String(record.Operation), 'X');
  return sentence === '' || hole.test(sentence) ? [sentence] : [];
}

describe('a message has no hole where the record lacks', () => {
  test.each(Object.entries(missing))('%s', (_, names) => {
    const holes = samples.flatMap(({ text }) => {
      const whole: JsonObject = JSON.parse(text);
      return holesOf(Object.fromEntries(Object.entries(whole).filter(([name]) => !names.includes(name))));
    });
    expect(holes).toEqual([]);
  });

  test('all but its type', () => {
    const types = loadDefinitions().files.flatMap(({ recordTypes }) => recordTypes);
    expect(types.flatMap((type) => holesOf({ RecordType: type }))).toEqual([]);
  });
});
