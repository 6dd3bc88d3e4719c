import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { templatesOf } from '../../input/cli/artefacts.ts';
import { buildPackage } from '../../input/cli/package/build-package.ts';
import { shortenLongValues } from '../../input/cli/package/pipelines/long-values.ts';
import { loadDefinitions, loadMapper } from '../../pipelines/index.ts';
import { type FleetMapping, mapAsFleet } from '../package/fleet-mapping.ts';
import { listSamples, readPublicRecords, sampleContext } from '../pipelines/samples.ts';
import { ask, clusterUrl } from './cluster.ts';

const index = `m365test-package-${randomUUID().slice(0, 8)}`;
let mapping: Record<string, FleetMapping>;

beforeAll(async () => {
  const { built } = buildPackage();
  const files = ['base-fields.yml', 'ecs.yml', 'fields.yml'];
  mapping = mapAsFleet(
    files.flatMap((name) => parse(String(built.get(`data_stream/audit/fields/${name}`)), { merge: false })),
  );
  const template = {
    // What logs@settings of Elasticsearch brings, and what the manifest of the data stream asks for.
    settings: {
      index: { number_of_replicas: 0, mapping: { ignore_malformed: true, total_fields: { limit: 4000 } } },
    },
    // The server of these tests has no match_only_text in multi-fields.
    mappings: JSON.parse(
      JSON.stringify({ properties: mapping }).replaceAll(
        '"fields":{"text":{"type":"match_only_text"}}',
        '"fields":{"text":{"type":"text"}}',
      ),
    ),
  };
  const patterns = { index_patterns: [index], priority: 10_000 };
  const put = await ask('PUT', `/_index_template/${index}`, { ...patterns, template });
  expect(put.body.error).toBeUndefined();
  const reply = await ask('PUT', `/${index}`);
  expect(reply.body.error).toBeUndefined();
});

afterAll(async () => {
  await ask('DELETE', `/${index}`);
  await ask('DELETE', `/_index_template/${index}`);
});

describe('an index as Fleet makes it from the package', () => {
  test('takes every golden event and every public record', async () => {
    const mapper = loadMapper();
    const texts = [...listSamples().map(({ text }) => text), ...readPublicRecords()];
    let taken = 0;
    for (let at = 0; at < texts.length; at += 500) {
      const lines = texts.slice(at, at + 500).map((text) => {
        const document = mapper.map(mapper.read(text), sampleContext);
        return `{"index":{}}\n${JSON.stringify(document)}\n`;
      });
      const response = await fetch(`${clusterUrl}/${index}/_bulk`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson' },
        body: lines.join(''),
      });
      const { items } = Object(await response.json());
      const refused = items.filter(({ index: { error } }: { index: { error?: object } }) => error);
      expect(refused.slice(0, 3)).toEqual([]);
      taken += items.length;
    }
    await ask('POST', `/${index}/_refresh`);
    expect((await ask('GET', `/${index}/_count`)).body.count).toBe(taken);
  });

  test('takes values far past what an index term can hold', async () => {
    const long = 'x'.repeat(100_000);
    const text = JSON.stringify({
      Id: '1',
      CreationTime: '2026-01-01T00:00:00',
      RecordType: 1,
      Unheard: { of: long, also: [long, 'short'] },
      Parameters: [{ Name: 'Script', Value: long }],
      ExtendedProperties: [{ Name: 'additionalDetails', Value: JSON.stringify({ deep: long }) }],
    });
    const pipeline = `${index}-long`;
    await ask('PUT', `/_ingest/pipeline/${pipeline}`, { processors: [shortenLongValues(loadDefinitions())] });
    const mapper = loadMapper();
    const document = mapper.map(mapper.read(text), sampleContext);
    const refused = await ask('PUT', `/${index}/_doc/long`, document);
    expect(refused.status).toBe(400);
    const reply = await ask('PUT', `/${index}/_doc/long?refresh=true&pipeline=${pipeline}`, document);
    expect(reply.body.error).toBeUndefined();
    const { body } = await ask('GET', `/${index}/_doc/long`);
    const { audit } = body._source.o365;
    expect(audit.Unheard).toEqual({ of: long, also: [long, 'short'] });
    expect(audit.ExtendedProperties.additionalDetails.deep).toHaveLength(8191);
    expect(audit.long).toEqual({ 'ExtendedProperties.additionalDetails': [{ deep: long }] });
    await ask('DELETE', `/_ingest/pipeline/${pipeline}`);
    await ask('DELETE', `/${index}/_doc/long`);
  });

  test('finds bags by keys with dots, and unknown properties in other', async () => {
    const { body } = await ask('GET', `/${index}/_mapping`);
    const audit = body[index].mappings.properties.o365.properties.audit;
    expect(audit.dynamic).toBe('false');
    expect(audit.properties.Parameters).toMatchObject({ dynamic: 'false', subobjects: false });
    expect(audit.properties.ModifiedProperties.properties).toHaveProperty(['Role_DisplayName.NewValue']);
    expect(audit.properties.other.type).toBe('flattened');
  });

  test('types each field as setup does', () => {
    const [component] = templatesOf(loadDefinitions());
    const ours = Object(component?.body).template.mappings.properties;
    const types = (properties: object) => new Map(listTypes(properties, ''));
    const [theirs, own] = [types(mapping), types(ours)];
    // What package-spec has no words for, and what stands for structure alone.
    const nameable = [...own].filter(([name, type]) => !/[^-*_/@A-Za-z0-9.]/.test(name) && type !== 'object');
    const constants = ['event.dataset', 'event.module'];
    const different = nameable.filter(
      ([name, type]) => theirs.get(name) !== type && !constants.includes(name),
    );
    expect(
      different.map(([name, type]) => `${name}: ${type} there, ${theirs.get(name)} in the package`),
    ).toEqual([]);
  });
});

function* listTypes(properties: object, above: string): Generator<[string, string]> {
  for (const [key, { type, properties: inner }] of Object.entries<FleetMapping>(Object(properties))) {
    const name = `${above}${key}`;
    if (typeof type === 'string') yield [name, type];
    if (inner) yield* listTypes(inner, `${name}.`);
  }
}
