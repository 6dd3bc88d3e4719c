import { expect, test } from '@jest/globals';
import { verbs } from '../../pipelines/converters/index.ts';
import { writePainlessDispatch, writePainlessVerbs } from '../../pipelines/converters/painless.ts';
import { jsonPainless } from '../../pipelines/ingest/json-painless.ts';
import { eachExamples } from '../../pipelines/rules/each.ts';
import { pathsPainless } from '../../pipelines/rules/paths.ts';
import { rulesPainless } from '../../pipelines/rules/rules.ts';
import { demand } from './mapping-server.ts';

const source = `${jsonPainless}${writePainlessVerbs()}${writePainlessDispatch()}
List results = new ArrayList();
for (def example : ctx.examples) results.add(convert(ctx.verb, example.given, example.options));
ctx.results = results;`;

test.each(verbs.map((verb) => [verb.name, verb] as const))(
  'the verb %s gives in Painless what it gives here',
  async (_, verb) => {
    const examples = verb.examples.map(({ given = null, options = null }) => ({ given, options }));
    const { docs } = await demand('POST', '/_ingest/pipeline/_simulate', {
      pipeline: { processors: [{ script: { source } }] },
      docs: [{ _source: { verb: verb.name, examples } }],
    });
    expect(docs[0].error).toBeUndefined();
    const expected = verb.examples.map(({ gives = null }) => JSON.parse(JSON.stringify(gives)));
    expect(docs[0].doc._source.results).toEqual(expected);
  },
);

test('each gives in Painless what it gives here', async () => {
  const library = [
    jsonPainless,
    writePainlessVerbs(),
    writePainlessDispatch(),
    pathsPainless,
    rulesPainless,
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
