// Rewrites the expected documents of the samples, for review: `npm run accept`, then `git diff test/events`.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { datasetNames } from '../pipelines/datasets.ts';
import { loadMapper } from '../pipelines/index.ts';
import { isObject, type Json } from '../pipelines/json/json.ts';
import { listSamples, sampleContext } from './pipelines/samples.ts';

/** In the order that the fields had before: their order says nothing, and is no reason for a diff. */
function orderLike(value: Json, before: Json): Json {
  if (Array.isArray(value)) {
    return value.map((item, i) => orderLike(item, Array.isArray(before) ? before[i] : undefined));
  }
  if (!isObject(value)) return value;
  const known = isObject(before) ? before : {};
  const names = new Set([...Object.keys(known), ...Object.keys(value)]);
  const ordered = [...names].filter((name) => value[name] !== undefined);
  return Object.fromEntries(ordered.map((name) => [name, orderLike(value[name], known[name])]));
}

let changed = 0;
const samples = datasetNames.flatMap((name) => {
  const mapper = loadMapper(name);
  return listSamples(name).map((sample) => ({ ...sample, mapper }));
});
for (const { text, expectedFile, mapper } of samples) {
  const before = existsSync(expectedFile) ? readFileSync(expectedFile, 'utf8') : '{}';
  const document = orderLike(mapper.map(mapper.read(text), sampleContext), JSON.parse(before));
  const after = `${JSON.stringify(document, undefined, 2)}\n`;
  if (after === before) continue;
  writeFileSync(expectedFile, after);
  console.log(expectedFile);
  changed += 1;
}
console.log(`${changed} of ${samples.length} expected documents rewritten`);
