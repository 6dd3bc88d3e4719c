// Elastic's promotion rules on alerts and incidents that change: every update is a document, and those of one alert or
// one incident are one for the rule, because it suppresses by fields that stay.

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadDefinitions, loadMapper } from '../../pipelines/index.ts';
import { translateKql } from '../detections/kql.ts';
import { missingRules, readDefenderRules } from '../detections/rules.ts';
import { readTypes } from '../detections/sample-index.ts';
import { listSamples } from '../pipelines/samples.ts';
import { demand, type Prepared, prepare } from './mapping-server.ts';

const tenantId = '0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7';
const otherTenant = '9f8e7d6c-5b4a-4c3d-8e2f-1a0b9c8d7e6f';

/** Samples that are updates of one thing, and the number of things with those of another tenant. */
const updates = {
  'm365_defender.alert': {
    rule: 'm365_defender_alert_external_alerts',
    names: ['alert/on-a-device', 'alert/on-a-device-resolved', 'alert/mail'],
  },
  'm365_defender.incident': {
    rule: 'm365_defender_incident_external_alerts',
    names: [
      'incident/of-two-alerts',
      'incident/of-two-alerts-in-progress',
      'incident/of-two-alerts-resolved',
      'incident/redirected',
    ],
  },
} as const;

if (missingRules !== undefined) {
  test.skip(`Elastic's promotion rules give one alert for each (${missingRules})`, () => {});
} else {
  describe.each(Object.entries(updates))('%s', (dataset, { rule: stem, names }) => {
    const name = dataset === 'm365_defender.alert' ? dataset : 'm365_defender.incident';
    const mapper = loadMapper(name);
    let prepared: Prepared;
    beforeAll(async () => {
      prepared = await prepare(loadDefinitions(name));
      await demand('PUT', `/_data_stream/${prepared.dataStream}`);
    });
    afterAll(() => prepared.drop());

    test('every update is a document, and every alert or incident is one for the rule', async () => {
      const rule = readDefenderRules().find((each) => each.stem === stem);
      const samples = listSamples(name).filter((sample) => names.some((each) => each === sample.name));
      const texts = samples.flatMap(({ text }) => [text, text.replaceAll(tenantId, otherTenant)]);
      const ids = new Set<string>();
      for (const text of texts) {
        const record = mapper.read(text);
        const { id } = mapper.identify(record, tenantId);
        ids.add(id);
        const namespace = prepared.dataStream.slice(`logs-${name}-`.length);
        const document = mapper.map(record, { tenantId, fetchedAt: new Date().toISOString(), namespace });
        await demand('PUT', `/${prepared.dataStream}/_create/${encodeURIComponent(id)}`, document);
      }
      expect([samples.length, ids.size]).toEqual([names.length, 2 * names.length]);
      await demand('POST', `/${prepared.dataStream}/_refresh`);
      const query = translateKql(rule?.query ?? '', await readTypes([prepared.dataStream]));
      const sources = rule?.suppression.map((field, i) => ({ [`by${i}`]: { terms: { field } } }));
      const { hits, aggregations } = await demand('POST', `/${prepared.dataStream}/_search`, {
        size: 0,
        query,
        aggs: { alerts: { composite: { size: 100, sources } } },
      });
      expect(hits.total.value).toBe(texts.length);
      expect(aggregations.alerts.buckets).toHaveLength(4);
      const counts = aggregations.alerts.buckets.map(({ doc_count }: { doc_count: number }) => doc_count);
      expect(counts.toSorted()).toEqual([1, 1, names.length - 1, names.length - 1]);
    });
  });
}
