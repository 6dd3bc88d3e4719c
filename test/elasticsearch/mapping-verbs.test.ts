import { expect, test } from '@jest/globals';
import { verbs } from '../../pipelines/verbs/index.ts';
import { writePainlessDispatch, writePainlessVerbs } from '../../pipelines/verbs/painless.ts';
import { demand } from './mapping-server.ts';

const source = `${writePainlessVerbs()}${writePainlessDispatch()}
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
