// Sigma's rules for m365, converted by sigma-cli with the pipeline of the repository, as queries on real documents.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { loadDefinitions, loadMapper } from '../../pipelines/index.ts';
import { sampleContext } from '../pipelines/samples.ts';
import { pipelineFile } from '../sigma/pipeline.ts';
import { readSigmaRules, writeSigmaRule } from '../sigma/rules.ts';
import { ask } from './cluster.ts';
import { demand, type Prepared, prepare } from './mapping-server.ts';

/** Where the checks of the repository put it; else the one of the machine. */
const installed = join(import.meta.dirname, '../../build/sigma/bin/sigma');
const sigma = existsSync(installed) ? installed : 'sigma';
const isThere = spawnSync(sigma, ['version'], { stdio: 'ignore' }).status === 0;

const rules = readSigmaRules();
let prepared: Prepared;
let folder: string;
let queries: string[];

(isThere ? describe : describe.skip)('sigma-cli takes the pipeline', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'm365-sigma-'));
    queries = convertRules(folder);
    expect(queries).toHaveLength(rules.length);
    prepared = await prepare(loadDefinitions());
    const mapper = loadMapper();
    for (const [i, { record, miss }] of rules.entries())
      for (const [kind, each] of Object.entries({ record, miss })) {
        const document = mapper.map(mapper.read(JSON.stringify(each)), sampleContext);
        await demand('PUT', `/${prepared.dataStream}/_create/${kind}-${i}`, document);
      }
    await demand('POST', `/${prepared.dataStream}/_refresh`);
  });

  afterAll(async () => {
    await prepared.drop();
    rmSync(folder, { recursive: true });
  });

  test.each(rules.map((rule, i) => ({ name: rule.name, i })))('$name', async ({ i }) => {
    const query = { query_string: { query: queries[i] } };
    const { body } = await ask('POST', `/${prepared.dataStream}/_search`, {
      query,
      size: 100,
      _source: false,
    });
    const found: string[] = body.hits.hits.map(({ _id }: { _id: string }) => _id);
    expect(found).toContain(`record-${i}`);
    expect(found).not.toContain(`miss-${i}`);
  });
});

/** One call for all of them: most of what it takes is starting Python. */
function convertRules(folder: string): string[] {
  const files = rules.map((rule, i) => {
    const file = join(folder, `${i}.yml`);
    writeFileSync(file, stringify(writeSigmaRule(rule)));
    return file;
  });
  const words = ['convert', '-t', 'lucene', '-p', pipelineFile, ...files];
  const { status, stdout, stderr } = spawnSync(sigma, words, { encoding: 'utf8' });
  expect({ status, stderr }).toMatchObject({ status: 0 });
  return stdout.split('\n').filter((line) => line !== '');
}
