import { describe, expect, test } from '@jest/globals';
import { runEql } from './eql.ts';
import { type EsqlRow, fieldsOfEsql, runEsql } from './esql.ts';
import { type FieldValues, fromLucene } from './evaluate.ts';

type FieldTexts = Readonly<Record<string, FieldValues | string | number | boolean>>;

const toRow = (id: string, fields: FieldTexts): EsqlRow => ({
  ids: new Set([id]),
  values: new Map(
    Object.entries({ '@timestamp': 0, ...fields }).map(([name, value]) => [
      name,
      [value].flat() as FieldValues,
    ]),
  ),
});

const toRows = (documents: Readonly<Record<string, FieldTexts>>) =>
  Object.entries(documents).map(([id, fields]) => toRow(id, fields));

const columns = new Set(['@timestamp', 'a', 'b', 'n', 'user', 'event.category', 'as.org', 'source.as.name']);

function eql(query: string, documents: Readonly<Record<string, FieldTexts>>): string[] {
  return [...runEql(query, toRows(documents), columns)];
}

function esql(query: string, documents: Readonly<Record<string, FieldTexts>>): string[] {
  return [...runEsql(`from logs-x.y-*, .alerts-* metadata _id ${query}`, toRows(documents), columns)];
}

describe('EQL conditions', () => {
  const holdsFor = (condition: string, fields: FieldTexts) =>
    eql(`any where ${condition}`, { x: fields }).length === 1;

  test.each<[string, FieldTexts, boolean]>([
    ['a == "x"', { a: 'x' }, true],
    ['a == "x"', { a: 'X' }, false],
    ['a == "x"', { a: ['y', 'x'] }, true],
    ['a != "x"', { a: 'y' }, true],
    ['a != "x"', { a: ['y', 'x'] }, false],
    ['a != "x"', {}, false],
    ['a in ("x", "y")', { a: 'y' }, true],
    ['a in ("x", "y")', { a: 'Y' }, false],
    ['not a in ("x", "y")', { a: 'z' }, true],
    ['not a in ("x", "y")', {}, false],
    ['a : "x*"', { a: 'Xyz' }, true],
    ['a : ("q", "x?z")', { a: 'xyz' }, true],
    ['a like~ ("*new mfa*", "2-step")', { a: 'A NEW MFA method' }, true],
    ['a like~ "*.*"', { a: 'nodot' }, false],
    ['a like "X*"', { a: 'xyz' }, false],
    ['a regex~ "(azure|sharp)(hound)/.*"', { a: 'AzureHound/2' }, true],
    ['a regex~ "hound"', { a: 'azurehound' }, false],
    ['a == null', {}, true],
    ['a != null', { a: 'x' }, true],
    ['?no.such.field != null', { a: 'x' }, false],
    ['?no.such.field != null or a == "x"', { a: 'x' }, true],
    ['endsWith~(a, b)', { a: 'smtp:Bob@Contoso.example', b: 'contoso.example' }, true],
    ['not endsWith~(a, b)', { a: 'bob@fabrikam.example', b: 'contoso.example' }, true],
    ['not endsWith~(a, b)', { a: 'bob@fabrikam.example' }, false],
    ['a == "x" and b == "y" // why\n and /* not */ n >= 3', { a: 'x', b: 'y', n: 3 }, true],
    ['a == "x" or b == "y" and n > 3', { a: 'x', n: 1 }, true],
    ['a == "say \\"x\\""', { a: 'say "x"' }, true],
  ])('%s on %j is %p', (condition, fields, expected) => expect(holdsFor(condition, fields)).toBe(expected));

  test('an event is of each of its categories', () => {
    const documents = { x: { a: 'x', 'event.category': ['web', 'iam'] }, y: { a: 'x' } };
    expect(eql('web where a == "x"', documents)).toEqual(['x']);
    expect(eql('any where a == "x"', documents)).toEqual(['x', 'y']);
  });

  test('a field that no index has is an error, unless it is marked', () => {
    expect(() => eql('any where no.such.field == "x"', {})).toThrow('Unknown column [no.such.field]');
  });
});

describe('EQL sequences', () => {
  const minutes = (count: number) => count * 60_000;
  const query = 'sequence by user with maxspan=30m [any where a == "1"] [any where a == "2"]';
  const first = { a: '1', user: ['ann', 'ann@x'], '@timestamp': minutes(0) };

  test.each<[string, FieldTexts, string[]]>([
    ['that share a value', { a: '2', user: ['drs', 'ann@x'], '@timestamp': minutes(30) }, ['x', 'y']],
    ['of another user', { a: '2', user: 'bob', '@timestamp': minutes(5) }, []],
    ['that are too late', { a: '2', user: 'ann', '@timestamp': minutes(30) + 1 }, []],
    ['in the wrong order', { a: '2', user: 'ann', '@timestamp': -1 }, []],
    ['without a user', { a: '2', '@timestamp': minutes(5) }, []],
  ])('events %s', (_, second, expected) => expect(eql(query, { x: first, y: second })).toEqual(expected));

  test('events may share a value that each has in a field of its own', () => {
    const own = 'sequence with maxspan=5m [any where a == "1"] by user [any where a == "2"] by b';
    const second = { a: '2', '@timestamp': minutes(1) };
    expect(eql(own, { x: first, y: { ...second, b: 'ann' } })).toEqual(['x', 'y']);
    expect(eql(own, { x: first, y: { ...second, user: 'ann', b: 'bob' } })).toEqual([]);
  });

  test('an event may have to come several times in a row', () => {
    const twice = 'sequence by user with maxspan=5m [any where a == "1"] with runs=2';
    expect(eql(twice, { x: first, y: { ...first, '@timestamp': minutes(1) } })).toEqual(['x', 'y']);
    expect(eql(twice, { x: first })).toEqual([]);
  });

  test('one value is shared by all events', () => {
    const three = `${query} [any where a == "3"]`;
    const second = { a: '2', user: ['ann', 'bob'], '@timestamp': minutes(1) };
    expect(eql(three, { x: first, y: second, z: { a: '3', user: 'bob', '@timestamp': minutes(2) } })).toEqual(
      [],
    );
    expect(
      eql(three, { x: first, y: second, z: { a: '3', user: 'ann', '@timestamp': minutes(2) } }),
    ).toHaveLength(3);
  });
});

describe('ES|QL', () => {
  const holdsFor = (condition: string, fields: FieldTexts) =>
    esql(`| where ${condition}`, { x: fields }).length === 1;

  test.each<[string, FieldTexts, boolean]>([
    ['a == "x"', { a: ['x', 'y'] }, false],
    ['a is not null', { a: ['x', 'y'] }, true],
    ['a is null', {}, true],
    ['a not in ("x", "y")', { a: 'z' }, true],
    ['a not in ("x", "y")', {}, false],
    ['not a in ("x", "y")', { a: 'z' }, true],
    ['to_lower(a) rlike "(oauth.*||.*login.*)"', { a: 'OAuth2:Token' }, true],
    ['to_lower(a) rlike "(oauth.*||.*login.*)"', { a: 'Login:login' }, false],
    ['a rlike """[!@#{[\\]|\\\\:;"\'/`\\-]+"""', { a: '"]\\-' }, true],
    ['a rlike """[!@#{[\\]|\\\\:;"\'/`\\-]+"""', { a: '"a' }, false],
    ['source.`as`.name == "x"', { 'source.as.name': 'x' }, true],
    ['cidr_match(to_ip(a), "10.0.0.0/8", "::1", "FE80::/10")', { a: '10.2.3.4' }, true],
    ['cidr_match(to_ip(a), "10.0.0.0/8", "::1", "FE80::/10")', { a: 'fe80::7' }, true],
    ['cidr_match(to_ip(a), "10.0.0.0/8", "::1", "FE80::/10")', { a: '81.2.69.142' }, false],
    ['case(a == "x", "yes", a == "y", "maybe", "no") == "maybe"', { a: 'y' }, true],
    ['coalesce(a, b, null) == "y"', { b: 'y' }, true],
    ['a == "x" or b == "y"', { b: 'y' }, true],
    ['not (a == "x" or b == "y")', { a: 'z' }, false],
    ['a rlike ".+@x[.]example"', { a: 'ann@x.example' }, true],
    ['replace(a, "b+", "c") == "acd"', { a: 'abbd' }, true],
    ['`a` == "x"', { a: 'x' }, true],
    ['n <= now() - 1 hours', { n: 0 }, true],
  ])('where %s on %j is %p', (condition, fields, expected) =>
    expect(holdsFor(condition, fields)).toBe(expected),
  );

  test('counts within groups and keeps what is enough', () => {
    const query = `
      | eval window = date_trunc(5 minutes, @timestamp)
      | stats names = count_distinct(a), first = min(@timestamp), last = max(@timestamp), total = count(*) by window, user
      | eval seconds = date_diff("seconds", first, last), many = case(names >= 2 and total >= 3, "yes", "no")
      | keep names, seconds, many
      | where many == "yes" and seconds <= 240`;
    const at = (user: string, a: string, second: number) => ({ user, a, '@timestamp': second * 1000 });
    expect(
      esql(query, {
        x1: at('ann', '1', 300),
        x2: at('ann', '1', 400),
        x3: at('ann', '2', 540),
        tooFew: at('bob', '1', 300),
        otherWindow: at('ann', '3', 600),
      }),
    ).toEqual(['x1', 'x2', 'x3']);
  });

  test('takes texts apart, and gives columns other names', () => {
    const apart = '| dissect a "%{}Issuer: %{made.issuer};%{}" | rename b as c';
    const rows = { x: { a: 'Id: 1, Issuer: one; end', b: 'y' }, z: { a: 'nothing', b: 'y' } };
    expect(esql(`${apart} | where made.issuer == "one" and c == "y"`, rows)).toEqual(['x']);
    expect(fieldsOfEsql(`from logs-x ${apart} | where c == "y"`)).toEqual(['a', 'b']);
  });

  test('expands a field of several values into rows of one', () => {
    expect(esql('| mv_expand a | where a == "y"', { x: { a: ['x', 'y'] }, z: { a: 'z' } })).toEqual(['x']);
  });

  test('takes a part out of a text', () => {
    const query = '| grok a """.*\\\\\\\\(?<Esql.name>.*)$""" | where Esql.name rlike """[.]+"""';
    expect(
      esql(query, { x: { a: 'ann\\\\..' }, single: { a: 'ann\\..' }, letters: { a: 'ann\\\\a' } }),
    ).toEqual(['x']);
  });

  test('a column that no index has is an error, and so is one that was not kept', () => {
    expect(() => esql('| where no.such == 1', {})).toThrow('Unknown column [no.such]');
    expect(() => esql('| keep a | where b == "x"', {})).toThrow('Unknown column [b]');
    expect(() => esql('| stats c = count(*) by a | where n == 1', {})).toThrow('Unknown column [n]');
  });

  test('names what it takes from the index and not what it makes', () => {
    const query = `from x | eval c = a, d = c | where d == b | stats e = values(n) by d
      | where e is not null | keep e, d, Esql.*`;
    expect(fieldsOfEsql(query)).toEqual(['a', 'b', 'n']);
  });
});

describe('patterns of Lucene', () => {
  test('a bar where an alternative should begin is a bar', () => {
    const pattern = new RegExp(`^(?:${fromLucene('(a||b)')})$`);
    expect(['a', '|b', 'b', ''].filter((text) => pattern.test(text))).toEqual(['a', '|b']);
  });

  test('operators that JavaScript lacks are refused, but not in brackets or escaped', () => {
    expect(() => fromLucene('a~b')).toThrow('"~"');
    expect(fromLucene('[~#"]\\~')).toBe('[~#"]\\~');
  });
});

test('ES|QL measures the way between the first and the last place of a group, and the time that it took', () => {
  const path = `| stats from = first(a, @timestamp), to = last(a, @timestamp), begin = min(@timestamp), end = max(@timestamp), middle = avg(n) by user
| eval there = to_geopoint(concat("POINT(", to_string(st_x(to)), " ", to_string(st_y(to)), ")"))
| eval km = round(st_distance(from, there) / 1000.0, 0), minutes = date_diff("minute", begin, end)
| where km > 7300 and km < 7340 and minutes == 10 and km * 60.0 / minutes > 40000 and middle == 2`;
  const [oslo, seattle] = ['59.9, 10.7', '47.6, -122.3'];
  const documents = {
    later: { user: 'ann', a: seattle, n: 3, '@timestamp': 600_000 },
    first: { user: 'ann', a: oslo, n: 1 },
    slow: { user: 'bob', a: oslo, n: 2 },
    stays: { user: 'bob', a: oslo, n: 2, '@timestamp': 600_000 },
  };
  expect(esql(path, documents).toSorted()).toEqual(['first', 'later']);
});
