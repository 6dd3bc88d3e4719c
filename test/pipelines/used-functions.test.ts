import { describe, expect, test } from '@jest/globals';
import { datasetNames } from '../../pipelines/datasets.ts';
import { loadDefinitions } from '../../pipelines/index.ts';
import { buildRawPipelines } from '../../pipelines/ingest/raw-pipeline.ts';
import { keepUsedFunctions } from '../../pipelines/ingest/used-functions.ts';

const script = `void fail() { throw new IllegalArgumentException('no'); }
int[] count(String text) {
  if (text == null) fail();
  return new int[] {text.length()};
}
def unused(def value, def options) {
  return alsoUnused(value);
}
def alsoUnused(def value) {
  return unused(value, null);
}
for (def one : params.texts) {
  count(one);
}
ctx.done = true;`;

test('a script keeps the functions that are called, through others too, and all else', () => {
  const kept = keepUsedFunctions(script);
  expect(kept).toContain('void fail() {');
  expect(kept).toContain('int[] count(String text) {');
  expect(kept).not.toMatch(/unused/i);
  expect(kept).toContain('for (def one : params.texts) {\n  count(one);\n}\nctx.done = true;');
});

describe.each(datasetNames)('the pipelines of %s', (name) => {
  const sources = buildRawPipelines(loadDefinitions(name)).flatMap(({ body }) =>
    JSON.stringify(body).match(/"source":"(?:[^"\\]|\\.)*"/g),
  );

  test('have scripts that Elasticsearch takes as they are', () => {
    const lengths = sources.map((text) => Buffer.byteLength(String(JSON.parse(`{${text}}`).source)));
    expect(lengths.length).toBeGreaterThan(0);
    expect(Math.max(...lengths)).toBeLessThan(65_535);
  });
});
