import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { translateKql } from '../detections/kql.ts';
import { demand } from '../detections/sample-index.ts';
import { ask, dropDataStream, makeDataStream } from './cluster.ts';

const documents = {
  service: { name: 'NT AUTHORITY\\SYSTEM (w3wp)', count: 1023, text: 'Role added' },
  nul: { name: '\0', count: 1024, text: 'nothing' },
  many: { name: ['a*b?', 'HelpDesk IT'], count: [5, 7], flag: true },
  none: { flag: false },
};

const types = new Map([
  ['name', 'keyword'],
  ['count', 'long'],
  ['text', 'text'],
  ['flag', 'boolean'],
]);

let dataStream: string;

beforeAll(async () => {
  dataStream = await makeDataStream({
    properties: Object.fromEntries([...types].map(([name, type]) => [name, { type }])),
  });
  await demand('PUT', `/_data_stream/${dataStream}`);
  for (const [id, document] of Object.entries(documents))
    await demand('PUT', `/${dataStream}/_create/${id}`, {
      '@timestamp': '2026-01-01T00:00:00Z',
      ...document,
    });
  await ask('POST', `/${dataStream}/_refresh`);
});

afterAll(() => dropDataStream(dataStream));

async function find(kql: string): Promise<string[]> {
  const body = await demand('POST', `/${dataStream}/_search`, { query: translateKql(kql, types) });
  return body.hits.hits.map(({ _id }: { _id: string }) => _id).sort();
}

describe('a server answers what was translated as Kibana would have it', () => {
  test.each([
    ['name: "NT AUTHORITY\\SYSTEM (w3wp)"', ['service']],
    ['name: NT AUTHORITY\\\\SYSTEM \\(w3wp\\)', ['service']],
    ['name: "\\u0000"', ['nul']],
    ['name: "HelpDesk"', []],
    ['name: *Desk*', ['many']],
    ['name: *desk*', []],
    ['name: a\\*b?', ['many']],
    ['name: a?b*', []],
    ['name: ("\\u0000" or HelpDesk IT)', ['many', 'nul']],
    ['not name: *', ['none']],
    ['name: (* and not "\\u0000")', ['many', 'service']],
    ['count <= 1023', ['many', 'service']],
    ['count > 5 and count < 7', ['many']],
    ['count: 5', ['many']],
    ['flag: true', ['many']],
    ['not flag: false', ['many', 'nul', 'service']],
    ['text: added', ['service']],
    ['text: add*', ['service']],
    ['text: "added role"', []],
    ['no.such.field: x or flag: false', ['none']],
    ['*: *', ['many', 'none', 'nul', 'service']],
  ])('%s', async (kql, expected) => expect(await find(kql)).toEqual(expected));
});
