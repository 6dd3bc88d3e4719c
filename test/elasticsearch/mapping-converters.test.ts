import { expect, test } from '@jest/globals';
import { converters, findConverter } from '../../pipelines/converters/index.ts';
import { readPainlessConverters, writePainlessDispatch } from '../../pipelines/converters/painless.ts';
import { readPainless } from '../../pipelines/ingest/read-painless.ts';
import type { Json } from '../../pipelines/json/json.ts';
import { mostObjects } from '../../pipelines/json/lists.ts';
import { eachExamples } from '../../pipelines/rules/each.ts';
import { demand } from './mapping-server.ts';

const source = `${readPainless('ingest/json')}
${readPainlessConverters()}
${writePainlessDispatch()}
List results = new ArrayList();
for (def example : ctx.examples) results.add(convert(ctx.converter, example.given, example.options));
ctx.results = results;`;

test.each(converters.map((converter) => [converter.name, converter] as const))(
  'the converter %s gives in Painless what it gives here',
  async (_, converter) => {
    const examples = converter.examples.map(({ given = null, options = null }) => ({ given, options }));
    const { docs } = await demand('POST', '/_ingest/pipeline/_simulate', {
      pipeline: { processors: [{ script: { source } }] },
      docs: [{ _source: { converter: converter.name, examples } }],
    });
    expect(docs[0].error).toBeUndefined();
    const expected = converter.examples.map(({ gives = null }) => JSON.parse(JSON.stringify(gives)));
    expect(docs[0].doc._source.results).toEqual(expected);
  },
);

test('each gives in Painless what it gives here', async () => {
  const library = [
    readPainlessConverters(),
    writePainlessDispatch(),
    readPainless('ingest/json', 'json/lists', 'rules/paths', 'rules/people', 'rules/each', 'rules/rules'),
  ].join('\n');
  const { docs } = await demand('POST', '/_ingest/pipeline/_simulate', {
    pipeline: {
      processors: [
        {
          script: {
            source: `${library}
List results = new ArrayList();
for (def example : ctx.examples) results.add(makeEach(read(['value': example.given], [['name': 'value']]), (List) example.rules));
ctx.results = results;`,
          },
        },
      ],
    },
    docs: [{ _source: { examples: eachExamples.map(({ given, rules }) => ({ given, rules })) } }],
  });
  expect(docs[0].error).toBeUndefined();
  expect(docs[0].doc._source.results).toEqual(eachExamples.map(({ gives = null }) => gives));
});

test('the limits are the same in Painless', async () => {
  const urls = Array.from({ length: 501 }, (_, i) => `https://host-${i}.example/`);
  const attachments = Array.from({ length: 501 }, (_, i) => `${i}.docx`).join(';');
  const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
  const given: readonly (readonly [string, Json])[] = [
    ['url', urls],
    ['file', urls],
    ['attachments', attachments],
    ['visible', '\u0001\u00a0\u200b\u200f\u2060\ufeffA\u200b'],
    ['html_text', `${'x'.repeat(9_999)}😀y`],
    ['html_text', `<p>${'x'.repeat(10_000)}</p>`],
    ['html_text', `${'<b>'.repeat(70_000)}x`],
    ['html_text', '&'.repeat(20_000)],
  ];
  const objects = Array.from({ length: 501 }, (_, i) => ({ Name: `${i}.docx` }));
  const long = 'x'.repeat(201);
  const source = `${readPainless('ingest/json')}\n${readPainlessConverters()}\n${writePainlessDispatch()}
${readPainless('json/lists', 'rules/paths', 'rules/people', 'rules/each', 'rules/rules', 'rules/message')}
List results = new ArrayList();
for (def one : ctx.given) results.add(convert((String) one.get(0), one.get(1), null));
ctx.results = results;
ctx.objects = makeEach(ctx.objects, (List) ctx.rules).size();
ctx.texts = [toText([ctx.long]), toText(['a', 'b', 'c', 'd'])];
try { parseJson(ctx.deep); ctx.deep = true; } catch (IllegalArgumentException e) { ctx.deep = false; }
try { parseJson(ctx.deeper); ctx.deeper = true; } catch (IllegalArgumentException e) { ctx.deeper = false; }`;
  const { docs } = await demand('POST', '/_ingest/pipeline/_simulate', {
    pipeline: { processors: [{ script: { source } }] },
    docs: [
      {
        _source: {
          given,
          objects,
          rules: eachExamples[0]?.rules,
          long,
          deep: nested(501),
          deeper: nested(502),
        },
      },
    ],
  });
  expect(docs[0].error).toBeUndefined();
  const { _source: found } = docs[0].doc;
  const expected = given.map(([name, value]) => findConverter(name)?.compile(undefined)(value));
  expect(found.results).toEqual(JSON.parse(JSON.stringify(expected)));
  expect(found.objects).toBe(mostObjects);
  expect(found.texts).toEqual([`${'x'.repeat(200)}…`, 'a, b, c, …']);
  expect([found.deep, found.deeper]).toEqual([true, false]);
});
