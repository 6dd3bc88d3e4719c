// A page of Graph, cut into its records however its bytes arrive.

import { expect, test } from '@jest/globals';
import { textsOf } from '../../../input/contract/records.ts';
import { PageSplitter } from '../../../input/sources/graph/api/page-splitter.ts';

const split = (text: string, chunk: number) => {
  const splitter = new PageSplitter({ maximumRecordBytes: 1000, onOversized: () => undefined });
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += chunk) splitter.push(bytes.subarray(at, at + chunk));
  return { records: [...textsOf(splitter.take())], end: splitter.end() };
};

const records = ['{"id":"1","value":["x"]}', '{"id":"ü]"}'];
const link = 'https://graph.example/v1.0/x?$skiptoken=a_1';

test.each([1, 3, 7, 1000])('in pieces of %i bytes', (chunk) => {
  const before = `{ "@odata.context":"a\\"value\\":[","@odata.nextLink":"${link}","x":{"value":[1]},\n "value": [${records.join(', ')}]}`;
  expect(split(before, chunk)).toEqual({ records, end: { kind: 'page', nextLink: link } });
  const after = `{"value":[${records.join()}],"@odata.nextLink":"${link}","n":[1,{}]}`;
  expect(split(after, chunk)).toEqual({ records, end: { kind: 'page', nextLink: link } });
  expect(split('{"value":[]}', chunk)).toEqual({ records: [], end: { kind: 'page', nextLink: undefined } });
});

test.each([
  `{"value":[${records.join()}`,
  `{"value":[${records.join()}]`,
  '{"value":',
  '{"error":{"code":"UnknownError"}}',
  '<html></html>',
  '',
  '{"value":"text"}',
])('what is none is broken: %s', (text) => {
  expect(split(text, 5).end.kind).toBe('broken');
});
