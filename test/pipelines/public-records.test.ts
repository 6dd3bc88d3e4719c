import { describe, expect, test } from '@jest/globals';
import { loadDefinitions, loadMapper } from '../../pipelines/index.ts';
import { isObject, type Json, type JsonObject } from '../../pipelines/json/json.ts';
import { readPublicRecords, sampleContext } from './samples.ts';

const records = readPublicRecords();
const describeWhere = records.length === 0 ? describe.skip : describe;

describeWhere('the public audit records', () => {
  const mapper = loadMapper();
  const documents: JsonObject[] = records.map((text) => mapper.map(mapper.read(text), sampleContext));

  test('become one document each, in order, with the fields that everything else builds on', () => {
    expect(documents).toHaveLength(2695);
    for (const [i, { '@timestamp': timestamp, event, message }] of documents.entries()) {
      const raw: JsonObject = JSON.parse(records[i] ?? '');
      expect(timestamp).toBe(`${raw.CreationTime}Z`);
      expect(event).toMatchObject({
        kind: raw.RecordType === 40 ? 'alert' : 'event',
        id: raw.Id,
        action: raw.Operation,
        provider: raw.Workload,
        code: loadDefinitions().recordTypeNames[String(raw.RecordType)],
        outcome: expect.stringMatching(/^(success|failure|unknown)$/),
        category: expect.arrayContaining(['web']),
      });
      expect(String(message)).not.toMatch(/undefined|\[object/);
    }
  });

  test('reach a typed field of their own, or ECS, with every value', () => {
    const counts = { typed: 0, other: 0 };
    const left = new Map<string, number>();
    for (const [i, text] of records.entries()) {
      const { o365 } = documents[i] ?? {};
      const audit = isObject(o365) && isObject(o365.audit) ? o365.audit : {};
      const aside = isObject(audit.other) ? audit.other : {};
      const others = Object.entries(aside).flatMap(([name, value]) => Array(countValues(value)).fill(name));
      counts.other += others.length;
      counts.typed += countValues(JSON.parse(text)) - others.length;
      for (const name of others) left.set(name, (left.get(name) ?? 0) + 1);
    }
    const share = counts.typed / (counts.typed + counts.other);
    const rest = [...left].sort(([, a], [, b]) => b - a).map(([name, count]) => `${name} (${count})`);
    console.log(
      `typed: ${(share * 100).toFixed(2)} % of ${counts.typed + counts.other} values; the rest: ${rest.join(', ')}`,
    );
    expect(rest).toEqual([]);
  });
});

/** Values that say something: not empty, not null. */
function countValues(value: Json): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + countValues(item), 0);
  if (isObject(value)) return Object.values(value).reduce<number>((sum, item) => sum + countValues(item), 0);
  return value === null || value === '' || value === undefined ? 0 : 1;
}
