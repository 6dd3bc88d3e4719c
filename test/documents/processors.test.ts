import { describe, expect, test } from '@jest/globals';
import { compileCondition } from '../../input/documents/processors/conditions.ts';
import type { DocumentCondition, DocumentProcessor } from '../../input/documents/processors/processor.ts';
import { splitConstants } from '../../input/documents/processors/processor.ts';
import { compileProcessors } from '../../input/documents/processors/run-processors.ts';

const equals = (name: string, value: string | number | boolean): DocumentCondition => ({
  kind: 'equals',
  fields: { [name]: value },
});

describe('a condition', () => {
  const document = {
    event: { action: 'FileAccessed', severity: 3 },
    tags: ['forwarded', 'm365'],
    'dotted.name': true,
    source: { ip: '203.0.113.7', port: 443 },
    host: { ip: ['10.1.2.3', 'no address'] },
    odd: { 'a.b': { c: 1 } },
  };
  const holds = (condition: DocumentCondition) => compileCondition(condition)(structuredClone(document));

  test.each<[DocumentCondition, boolean]>([
    [equals('event.action', 'FileAccessed'), true],
    [equals('event.action', 'fileaccessed'), false],
    [equals('event.severity', 3), true],
    [equals('event.severity', '3'), false],
    [equals('dotted.name', true), true],
    [equals('odd.a.b.c', 1), true],
    [equals('event.missing', 'x'), false],
    [{ kind: 'equals', fields: { 'event.action': 'FileAccessed', 'event.severity': 4 } }, false],
    [{ kind: 'contains', fields: { 'event.action': 'Access' } }, true],
    [{ kind: 'contains', fields: { tags: 'ward' } }, true],
    [{ kind: 'contains', fields: { tags: 'other' } }, false],
    [{ kind: 'contains', fields: { 'event.severity': '3' } }, false],
    [{ kind: 'regexp', fields: { 'event.action': '^File[A-Z]' } }, true],
    [{ kind: 'regexp', fields: { 'event.action': '(?i)^fileacc' } }, true],
    [{ kind: 'regexp', fields: { 'event.action': '^fileacc' } }, false],
    [{ kind: 'regexp', fields: { tags: '365$' } }, true],
    [{ kind: 'range', fields: { 'source.port': { gte: 443, lt: 444 } } }, true],
    [{ kind: 'range', fields: { 'source.port': { gt: 443 } } }, false],
    [{ kind: 'range', fields: { 'source.port': { lte: 442 } } }, false],
    [{ kind: 'range', fields: { 'event.action': { gt: 0 } } }, false],
    [{ kind: 'has_fields', fields: ['event.action', 'tags'] }, true],
    [{ kind: 'has_fields', fields: ['event.action', 'user'] }, false],
    [{ kind: 'network', fields: { 'source.ip': ['203.0.113.0/24'] } }, true],
    [{ kind: 'network', fields: { 'source.ip': ['private'] } }, false],
    [{ kind: 'network', fields: { 'source.ip': ['private', 'public'] } }, true],
    [{ kind: 'network', fields: { 'host.ip': ['private'] } }, true],
    [{ kind: 'network', fields: { 'event.action': ['public'] } }, false],
    [{ kind: 'not', condition: equals('event.severity', 3) }, false],
    [{ kind: 'and', conditions: [equals('event.severity', 3), equals('event.severity', 4)] }, false],
    [{ kind: 'or', conditions: [equals('event.severity', 3), equals('event.severity', 4)] }, true],
  ])('%j is %s', (condition, expected) => {
    expect(holds(condition)).toBe(expected);
  });

  test.each([
    ['127.9.9.9', ['loopback']],
    ['::1', ['loopback']],
    ['0.0.0.0', ['unspecified']],
    ['192.168.3.4', ['private', 'unicast', 'global_unicast']],
    ['fd12::1', ['private', 'unicast', 'global_unicast']],
    ['8.8.8.8', ['public', 'unicast', 'global_unicast']],
    ['2001:db8::1', ['public', 'unicast', 'global_unicast']],
    ['169.254.1.1', ['link_local_unicast']],
    ['fe80::1', ['link_local_unicast']],
    ['224.0.0.5', ['multicast', 'link_local_multicast']],
    ['ff02::1', ['multicast', 'link_local_multicast']],
    ['ff11::1', ['multicast', 'interface_local_multicast']],
    ['255.255.255.255', []],
  ])('%s is in the networks %j', (ip, expected) => {
    const names = [
      'loopback',
      'unicast',
      'global_unicast',
      'link_local_unicast',
      'interface_local_multicast',
    ];
    const all = [...names, 'link_local_multicast', 'multicast', 'unspecified', 'private', 'public'];
    const found = all.filter((name) => compileCondition({ kind: 'network', fields: { ip: [name] } })({ ip }));
    expect(found.toSorted()).toEqual(expected.toSorted());
  });
});

describe('processors', () => {
  const run = (document: object, ...processors: DocumentProcessor[]) =>
    compileProcessors(processors)(JSON.parse(JSON.stringify(document)));
  const pairs = { ignoreMissing: false, failOnError: true };

  test('drop a document whose condition holds, and only that', () => {
    const drop: DocumentProcessor = { kind: 'drop_event', when: equals('a', 1) };
    expect(run({ a: 1 }, drop)).toBeUndefined();
    expect(run({ a: 2 }, drop)).toEqual({ a: 2 });
  });

  test('run in their order, each on what the one before left', () => {
    const add: DocumentProcessor = {
      kind: 'add_fields',
      fields: { 'labels.kind': 'x' },
      when: equals('a', 1),
    };
    const drop: DocumentProcessor = { kind: 'drop_event', when: equals('labels.kind', 'x') };
    expect(run({ a: 1 }, add, drop)).toBeUndefined();
    expect(run({ a: 1 }, drop, add)).toEqual({ a: 1, labels: { kind: 'x' } });
  });

  test('add tags once, to a list that may not be there yet', () => {
    expect(run({ tags: ['a'] }, { kind: 'add_tags', tags: ['a', 'b'], target: 'tags' })).toEqual({
      tags: ['a', 'b'],
    });
    expect(run({}, { kind: 'add_tags', tags: ['a'], target: 'labels.more' })).toEqual({
      labels: { more: ['a'] },
    });
  });

  test('drop fields, those that are there', () => {
    const drop: DocumentProcessor = { kind: 'drop_fields', names: ['a.b', 'c', 'd'] };
    expect(run({ a: { b: 1, x: 2 }, c: { y: 1 } }, drop)).toEqual({ a: { x: 2 } });
  });

  test('rename and copy', () => {
    const from = { a: { b: { c: 1 } }, d: 2 };
    expect(run(from, { kind: 'rename', pairs: [{ from: 'a.b', to: 'x.y' }], ...pairs })).toEqual({
      a: {},
      x: { y: { c: 1 } },
      d: 2,
    });
    expect(run({ a: 1 }, { kind: 'rename', pairs: [{ from: 'a', to: 'a.b' }], ...pairs })).toEqual({
      a: { b: 1 },
    });
    expect(run(from, { kind: 'copy_fields', pairs: [{ from: 'd', to: 'a.d' }], ...pairs })).toEqual({
      a: { b: { c: 1 }, d: 2 },
      d: 2,
    });
  });

  test('a copy is no part of what it was copied from', () => {
    const copy: DocumentProcessor = { kind: 'copy_fields', pairs: [{ from: 'a', to: 'x' }], ...pairs };
    expect(run({ a: { b: 1, c: 2 } }, copy, { kind: 'drop_fields', names: ['x.b'] })).toEqual({
      a: { b: 1, c: 2 },
      x: { c: 2 },
    });
  });

  const two = [
    { from: 'a', to: 'x' },
    { from: 'missing', to: 'y' },
  ];

  test('leave the document as it was where one pair fails, and say so', () => {
    expect(run({ a: 1 }, { kind: 'rename', pairs: two, ...pairs })).toEqual({
      a: 1,
      error: { message: 'rename: there is no field missing' },
    });
    const taken = [{ from: 'a', to: 'b' }];
    expect(run({ a: 1, b: 2 }, { kind: 'copy_fields', pairs: taken, ...pairs })).toEqual({
      a: 1,
      b: 2,
      error: { message: 'copy_fields: there is a field b already' },
    });
  });

  test.each([
    { ignoreMissing: true, failOnError: true },
    { ignoreMissing: false, failOnError: false },
  ])('or do what they can, with %j', (rules) => {
    expect(run({ a: 1 }, { kind: 'rename', pairs: two, ...rules })).toEqual({ x: 1 });
  });

  test('cannot reach what is not of the document', () => {
    run({}, { kind: 'add_fields', fields: { '__proto__.polluted': true } });
    run({}, { kind: 'copy_fields', pairs: [{ from: 'constructor', to: 'x' }], ...pairs });
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
});

describe('constants', () => {
  const fields: DocumentProcessor = { kind: 'add_fields', fields: { 'labels.site': 'north' } };
  const tags: DocumentProcessor = { kind: 'add_tags', tags: ['a'], target: 'tags' };
  const drop: DocumentProcessor = { kind: 'drop_event', when: equals('labels.site', 'north') };

  test('are what is added before anything looks at a document', () => {
    expect(splitConstants([fields, tags, drop, fields])).toEqual({
      fields: fields.fields,
      tags: ['a'],
      rest: [drop, fields],
    });
    expect(splitConstants([{ ...fields, when: drop.when }, tags]).rest).toHaveLength(2);
    expect(splitConstants([])).toEqual({ fields: {}, tags: [], rest: [] });
  });
});
