import { describe, expect, test } from '@jest/globals';
import { fieldsOfKql, KqlError, parseKql } from '../../dashboards/kql/parse.ts';
import { kqlToQuery } from '../../dashboards/kql/to-query.ts';

const any = (...should: readonly object[]) => ({ bool: { should, minimum_should_match: 1 } });
const all = (...filter: readonly object[]) => ({ bool: { filter } });

describe('a KQL query becomes the query that Kibana sends', () => {
  const cases: [string, object][] = [
    ['', { match_all: {} }],
    ['user.name: ann', { match: { 'user.name': 'ann' } }],
    ['event.action: "Add user."', { match_phrase: { 'event.action': 'Add user.' } }],
    ['a: "say \\"hi\\""', { match_phrase: { a: 'say "hi"' } }],
    ['source.ip: *', { exists: { field: 'source.ip' } }],
    ['a: File*', { query_string: { fields: ['a'], query: 'File*' } }],
    ['a: x/y*', { query_string: { fields: ['a'], query: 'x\\/y*' } }],
    ['n >= 4', { range: { n: { gte: '4' } } }],
    ['n<4', { range: { n: { lt: '4' } } }],
    ['not a: b', { bool: { must_not: { match: { a: 'b' } } } }],
    ['a: b and c: d', all({ match: { a: 'b' } }, { match: { c: 'd' } })],
    ['a: b or c: d and e: f', any({ match: { a: 'b' } }, all({ match: { c: 'd' } }, { match: { e: 'f' } }))],
    [
      '(a: b or c: d) and e: f',
      all(any({ match: { a: 'b' } }, { match: { c: 'd' } }), { match: { e: 'f' } }),
    ],
    [
      'a: (b or "c d" or not e)',
      any(
        { match: { a: 'b' } },
        { match_phrase: { a: 'c d' } },
        { bool: { must_not: { match: { a: 'e' } } } },
      ),
    ],
    ['a: b AND NOT c: d', all({ match: { a: 'b' } }, { bool: { must_not: { match: { c: 'd' } } } })],
  ];
  test.each(cases)('%s', (text, query) => {
    expect(kqlToQuery(text)).toEqual(query);
  });
});

test.each(['ann', 'a:', 'a: (b', 'a: b or', 'a: "b', 'a: b c: d', ': b', 'a: b)'])(
  '%s is refused',
  (text) => {
    expect(() => parseKql(text)).toThrow(KqlError);
  },
);

test('names the fields that it asks for, once each', () => {
  expect(fieldsOfKql(parseKql('a: b and not (c > 1 or a: "d")'))).toEqual(['a', 'c']);
});
