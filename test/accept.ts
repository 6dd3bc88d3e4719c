// Rewrites the expected documents of the samples, for review: `npm run accept`, then `git diff test/events`.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { loadMapper } from '../pipelines/index.ts';
import { parseRecord } from '../pipelines/parse-record.ts';
import { listSamples, sampleContext } from './pipelines/samples.ts';

const mapper = loadMapper();
let changed = 0;
for (const { text, expectedFile } of listSamples()) {
  const document = `${JSON.stringify(mapper.map(parseRecord(text), sampleContext), undefined, 2)}\n`;
  if (existsSync(expectedFile) && readFileSync(expectedFile, 'utf8') === document) continue;
  writeFileSync(expectedFile, document);
  console.log(expectedFile);
  changed += 1;
}
console.log(`${changed} of ${listSamples().length} expected documents rewritten`);
