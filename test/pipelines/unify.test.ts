import { describe, expect, test } from '@jest/globals';
import { compileRename } from '../../pipelines/engine/rename.ts';
import { compileSpell, turnRound } from '../../pipelines/engine/spell.ts';
import { compileUnify } from '../../pipelines/engine/unify.ts';

describe('a record that comes by itself', () => {
  const status = [{ name: 'properties' }, { name: 'status' }];
  const unify = compileUnify({
    root: 'properties',
    beside: ['time'],
    made: [
      { path: ['time'], from: [{ path: [{ name: 'properties' }, { name: 'at' }] }] },
      { path: ['result'], from: [{ path: status, values: { '0': 'SUCCESS' } }, { text: 'FAILURE' }] },
      { path: ['reason'], from: [{ text: 'why', when: [{ path: status, values: ['7'] }] }] },
      {
        path: ['properties', 'kind'],
        from: [{ path: [{ name: 'properties' }, { name: 'kind' }], values: { member: 'Member' } }],
      },
      { path: ['properties', 'none', 'inner'], from: [{ text: 'made' }] },
      { path: ['properties', 'status', 'inner'], from: [{ text: 'never' }] },
    ],
  });

  test('is given what the envelope would say, and has its words for what it says itself', () => {
    expect(unify({ at: '10:00', status: 0, kind: 'member' })).toEqual({
      time: '10:00',
      result: 'SUCCESS',
      properties: { at: '10:00', status: 0, kind: 'Member', none: { inner: 'made' } },
    });
    expect(unify({ at: '', status: [7], kind: 'other' })).toEqual({
      result: 'FAILURE',
      reason: 'why',
      properties: { at: '', status: [7], kind: 'other', none: { inner: 'made' } },
    });
  });

  test('is not changed itself', () => {
    const record = { status: 7 };
    unify(record);
    expect(record).toEqual({ status: 7 });
  });

  test('in its envelope stays as it came', () => {
    const record = { time: '', properties: { status: 7 } };
    expect(unify(record)).toBe(record);
  });
});

describe('an envelope that calls properties otherwise', () => {
  const spelled = [
    { path: ['properties', 'by'], names: { Id: 'id', Name: 'displayName' } },
    { path: ['properties', 'none'], names: { Id: 'id' } },
  ];
  const unify = compileUnify({ root: 'properties', beside: [], made: [], spelled });

  test('has the names of a record by itself, in their order', () => {
    const record = { properties: { by: { a: 1, Id: 'x', Name: null, b: 2 }, Id: 'stays' } };
    const unified = unify(record);
    expect(JSON.stringify(unified)).toBe(
      '{"properties":{"by":{"a":1,"id":"x","displayName":null,"b":2},"Id":"stays"}}',
    );
    expect(record.properties.by).toHaveProperty('Id');
  });

  test('keeps both where an object has both names, and what is no object', () => {
    const both = { properties: { by: { Id: 'x', id: 'y' }, none: 'text' } };
    expect(unify(both)).toEqual(both);
  });

  test('does not touch a record by itself', () => {
    expect(unify({ by: { Id: 'x' } })).toEqual({ properties: { by: { Id: 'x' } } });
  });

  test('gets its own names back', () => {
    const event = { properties: { by: { Id: 'x', Name: 'Ann' } } };
    expect(compileSpell(turnRound(spelled))(unify(event))).toEqual(event);
  });
});

test('a name with dots is inside of an object beside the property, and of what it shares that with', () => {
  const rename = compileRename({
    processId: { type: 'long', about: '', field: 'process.id' },
    processFile: {
      type: 'object',
      about: '',
      field: 'process.file',
      properties: { fileName: { type: 'keyword', about: '', field: 'name' } },
    },
  });
  expect(rename?.({ processId: 7, processFile: { fileName: 'a' }, process: 'taken', more: 1 })).toEqual({
    process: { id: 7, file: { name: 'a' } },
    more: 1,
  });
});

describe('a numbered list', () => {
  const rename = compileRename({
    list: {
      type: 'object',
      about: '',
      positions: 2,
      properties: { theName: { type: 'keyword', about: '', field: 'name' } },
    },
  });
  test.each([
    [
      'is an object keyed by position',
      [{ theName: 'a' }, { theName: 'b' }],
      { 0: { name: 'a' }, 1: { name: 'b' } },
    ],
    ['of one object is so too', { theName: 'a' }, { 0: { name: 'a' } }],
    [
      'that is too long has its rest at the last position',
      [{ theName: 'a' }, { theName: 'b' }, { theName: 'c' }],
      { 0: { name: 'a' }, 1: [{ name: 'b' }, { name: 'c' }] },
    ],
  ])('%s', (_, list, kept) => {
    expect(rename?.({ list })).toEqual({ list: kept });
  });
});
