// The records the mapping is tried on: the synthetic ones of this repository, and the public ones beside it.

import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DatasetName, mainDataset } from '../../pipelines/datasets.ts';
import type { MapContext } from '../../pipelines/mapper.ts';

const events = join(import.meta.dirname, '../events');
const publicFile = join(import.meta.dirname, '../../../shared/events/real-audit-records.ndjson');

export const sampleContext: MapContext = {
  tenantId: '0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7',
  fetchedAt: '2026-01-01T00:00:00.000Z',
};

export interface Sample {
  /** `<record type>/<case>`. */
  readonly name: string;
  readonly file: string;
  readonly expectedFile: string;
  /** The record as one line, as the API serves it. */
  readonly text: string;
}

/** Those of the audit log lie by their files, those of another dataset in a folder of its name. */
export function listSamples(dataset: DatasetName = mainDataset): Sample[] {
  const folder = dataset === mainDataset ? events : join(events, dataset);
  return globSync('*/*.json', { cwd: folder })
    .filter((path) => !path.endsWith('.expected.json'))
    .sort()
    .map((path) => {
      const file = join(folder, path);
      const text = JSON.stringify(JSON.parse(readFileSync(file, 'utf8')));
      return {
        name: path.slice(0, -'.json'.length),
        file,
        expectedFile: file.replace(/\.json$/, '.expected.json'),
        text,
      };
    });
}

/** Lines of records; none where the public file is not there. */
export function readPublicRecords(): string[] {
  if (!existsSync(publicFile)) return [];
  return readFileSync(publicFile, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}
