// The records that the emulated Graph invents have the form that the datasets are written for: no property is without a
// definition or of another type than that says.

import { expect, test } from '@jest/globals';
import { logKinds } from '../../../input/emulator/apis/graph/records/index.ts';
import { createWorld } from '../../../input/emulator/world/company.ts';
import { Random } from '../../../input/emulator/world/random.ts';
import type { DatasetName } from '../../../pipelines/datasets.ts';
import { loadMapper } from '../../../pipelines/index.ts';

const tenantId = '0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7';
const logs: readonly (readonly [string, DatasetName])[] = [
  ['alerts', 'm365_defender.alert'],
  ['incidents', 'm365_defender.incident'],
  ['messageTraces', 'microsoft_exchange_online_message_trace.log'],
];

test.each(logs)('every property of the log %s has its place', (name, dataset) => {
  const kind = logKinds.find((each) => each.name === name);
  const world = createWorld(tenantId, 'contoso.example', 1);
  const mapper = loadMapper(dataset);
  const { recordField } = mapper.dataset;
  const ids = new Set<string>();
  const strange = Array.from({ length: 60 }, (_, index) => {
    const [createdAt, version] = [Date.UTC(2026, 10, 20, 8, index), index % 3];
    const id = kind?.writeId(`4f3c2b1a-0d9e-4c8b-8a7f-${String(index).padStart(12, '0')}`, index) ?? '';
    const draft = { id, index, createdAt, updatedAt: createdAt + version, version, world };
    const record = mapper.read(JSON.stringify(kind?.write({ ...draft, random: new Random(index) })));
    ids.add(mapper.identify(record, tenantId).id);
    const document = mapper.map(record, { tenantId, fetchedAt: '2026-11-20T09:00:00.000Z' });
    const kept = recordField.split('.').reduce<unknown>((value, step) => Object(value)[step], document);
    return [Object(kept).other, Object(kept).unplaced];
  });
  expect(strange.flat().filter((each) => each !== undefined)).toEqual([]);
  expect(ids.size).toBe(60);
});
