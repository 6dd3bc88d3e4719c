// Everything that a dataset of one's own gets from its YAML alone: a mapper, pipelines, templates, fields and pages.

import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { listDatasetArtefacts } from '../../input/cli/artefacts.ts';
import { datasetNames, datasets } from '../../pipelines/datasets.ts';
import { compileExplainer } from '../../pipelines/explain/explain.ts';
import { flatten } from '../../pipelines/explain/flatten.ts';
import { loadDefinitions, loadMapper } from '../../pipelines/index.ts';
import { readDataset } from '../../pipelines/language/index.ts';
import { compileMapper, type EcsDocument, type Mapper } from '../../pipelines/mapper.ts';
import { listSamples, sampleContext } from '../pipelines/samples.ts';
import { context, doors, incidents, readTestDataset } from './datasets.ts';

const mapper = compileMapper(readTestDataset('incidents'));

const read = (record: object) => mapper.read(JSON.stringify(record));
const map = (record: object): EcsDocument => mapper.map(read(record), context);
const idOf = (record: object) => mapper.identify(read(record), context.tenantId).id;
/** What is kept of the record. */
function keptOf(record: object): Record<string, unknown> {
  return Object(map(record).test).incidents;
}

describe('a record that comes by itself and in an envelope', () => {
  test('is one document, whatever stands beside it', () => {
    expect(idOf(incidents.enveloped)).toBe(idOf(incidents.bare));
    const { test: _, ...bare } = map(incidents.bare);
    const { test: __, ...enveloped } = map(incidents.enveloped);
    expect(enveloped).toEqual(bare);
    const { properties, ...beside } = keptOf(incidents.enveloped);
    expect(beside).toMatchObject({
      category: 'serviceoutage',
      time: '2026-01-01T10:00:09Z',
      tenant_id: 'Feed',
    });
    expect(properties).toEqual(keptOf(incidents.bare).properties);
  });

  test('is by itself where an envelope would have more beside it', () => {
    expect(keptOf(incidents.halfEnvelope)).toMatchObject({ properties: { time: '2026-01-01T10:00:09Z' } });
  });

  test('means what its files say', () => {
    expect(map(incidents.bare)).toMatchObject({
      '@timestamp': '2026-01-01T10:00:00.5Z',
      event: {
        dataset: 'test.incidents',
        module: 'test',
        id: 'MO1',
        action: 'Escalated',
        code: 'Outage',
        kind: 'alert',
        category: ['web'],
        type: ['error'],
        outcome: 'success',
      },
      data_stream: { dataset: 'test.incidents' },
      message: 'MO1 was escalated',
      cloud: { region: 'west' },
      source: { ip: '203.0.113.7' },
      related: { ip: ['203.0.113.7'] },
    });
  });
});

describe('a record that changes', () => {
  test('is a document for each time of change', () => {
    expect(idOf(incidents.bare)).toBe('feed:MO1:2026-01-01T10:00:00.5Z');
    expect(idOf(incidents.changed)).toBe('feed:MO1:2026-01-01T11:00:00Z');
  });

  test('is known by its content where it does not say when it changed', () => {
    expect(idOf(incidents.neverChanged)).toMatch(/^h:[0-9a-f]{64}$/);
    expect(idOf({ ...incidents.neverChanged, status: 'other' })).not.toBe(idOf(incidents.neverChanged));
  });

  test('is the same to those who only want to know which it is', () => {
    for (const record of Object.values(incidents)) {
      const parsed = mapper.parse(JSON.stringify(record));
      expect(mapper.identify(parsed, context.tenantId)).toEqual(
        mapper.identify(read(record), context.tenantId),
      );
      expect(parsed.type).toEqual(read(record).type);
    }
  });
});

describe('properties with names of their own in the document', () => {
  test('follow the rule and its exceptions, and the text beside structure does', () => {
    expect(keptOf(incidents.bare).properties).toEqual({
      id: 'MO1',
      tenant_id: 'FEED',
      kind: 'ServiceOutage',
      last_modified: '2026-01-01T10:00:00.5Z',
      change: { kind: 'Escalated', person: 'ann@example.org' },
      status: 'Resolved',
      customer_count: 12,
      details: { region: 'west', ip_address: '203.0.113.7', floorNumber: 3 },
      labels: { SeverityLevel: 'high', caseNumber: '7' },
    });
    expect(keptOf(incidents.undated).properties).toMatchObject({
      details_text: 'just text',
      labels_text: 'none',
    });
  });

  test('are not overwritten by what has no definition: that is in "other" alone', () => {
    const { properties, other } = keptOf(incidents.strange);
    expect(properties).toMatchObject({ id: 'MO1', customer_count: 12, details: { region: 'west' } });
    expect(properties).not.toHaveProperty('details.ip_address');
    expect(other).toMatchObject({
      'properties.id': 'taken',
      'properties.customer_count': 'taken',
      'properties.details.ip_address': 'taken',
    });
  });

  test('are named as in the record where it is said why they have no typed place', () => {
    expect(keptOf(incidents.unknownKind)).toMatchObject({
      unplaced: ['properties.customerCount: text in place of long'],
      valueless: ['properties.labels.emptyOne'],
    });
    expect(keptOf(incidents.undated).unplaced).toContain('properties.lastModified: no date');
  });
});

describe('record types that are told by name', () => {
  test('are found in any case, and unknown ones are said to be', () => {
    expect(read(incidents.enveloped).type).toEqual({ key: 'ServiceOutage', name: 'Outage', known: true });
    expect(map(incidents.advice)).toMatchObject({
      event: { code: 'Advice of before' },
      log: { level: 'high' },
    });
    expect(read(incidents.unknownKind).type).toEqual({ key: 'Unheard', name: 'Unheard', known: false });
    expect(map(incidents.unknownKind)).toMatchObject({ event: { code: 'Unheard', kind: 'event' } });
  });
});

test('records that do not tell their type are all of the one that there is', () => {
  const house = compileMapper(readTestDataset('doors'));
  const record = house.read(JSON.stringify(doors.opened));
  expect(record.type.known).toBe(true);
  expect(house.identify(record, context.tenantId).id).toBe(`${context.tenantId}:1`);
  expect(house.map(record, context)).toMatchObject({
    event: { dataset: 'house.doors', category: ['session'], type: ['start'], outcome: 'success' },
    house: { doors: { Door: 'north' } },
    message: 'Ann used the door north',
  });
});

describe('a file of another dataset', () => {
  const borrow = (file: string, keep = (line: string) => line !== '') => {
    const folder = mkdtempSync(join(tmpdir(), 'm365-dataset-'));
    const street = join(folder, 'street');
    try {
      cpSync(join(import.meta.dirname, 'doors'), join(folder, 'doors'), { recursive: true });
      const door = join(folder, 'doors/record-types/door.yml');
      writeFileSync(door, readFileSync(door, 'utf8').split('\n').filter(keep).join('\n'));
      mkdirSync(join(street, 'record-types'), { recursive: true });
      writeFileSync(
        join(street, 'dataset.yml'),
        `dataset: town.street\nmodule: town\ntitle: A street\nvendor: the town\nhead: {id: Id, time: At}\nborrows: [{from: doors, file: ${file}, below: Doors}]\n`,
      );
      writeFileSync(
        join(street, 'record-types/street.yml'),
        `about: A street.\nextends: ${file}\nmessage: "<Street> of {user.name|'nobody'}"\nfields:\n  - {from: [Id, At], type: keyword, about: Of the street.}\n`,
      );
      return readDataset(street);
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
  const street = () =>
    compileMapper(borrow('door', (line) => !/^(?:message|outcome|operations| {2}- \{for)/.test(line)));

  test('is about what stands inside of its records', () => {
    const mapper = street();
    const record = mapper.read(
      JSON.stringify({ Id: '1', At: '2026-01-01T10:00:00Z', Doors: [{ Door: 'north', Who: 'Ann' }] }),
    );
    expect(mapper.map(record, context)).toMatchObject({
      event: { category: ['session'] },
      message: 'Street of Ann',
      town: { street: { Doors: [{ Door: 'north', Who: 'Ann' }] } },
    });
  });

  test('cannot say what only a whole record has', () => {
    expect(() => borrow('door')).toThrow(
      'door.yml:4: another dataset borrows this file: only "event", "cases" and "fields" can be',
    );
  });
});

describe('an explanation', () => {
  const explainer = compileExplainer(readTestDataset('incidents'));
  const explain = (record: object) => explainer.explain(explainer.read(JSON.stringify(record)), context);

  test.each(Object.entries(incidents))('of %s has the fields of its document', (_, record) => {
    const fields = explain(record).fields.map(({ name, value }) => [name, value] as const);
    expect(Object.fromEntries(fields)).toEqual(Object.fromEntries(flatten(map(record))));
  });

  test('names a property by its path in the record, and where it is by its name in the document', () => {
    expect(explain(incidents.undated).unmapped).toContainEqual({
      path: 'properties.details',
      reason: 'text',
      detail: 'text in place of object',
      keptIn: ['test.incidents.properties.details_text'],
    });
  });
});

describe('what is generated of a dataset', () => {
  const place = {
    folder: 'incidents',
    definitions: 'incidents.json',
    schemas: 'schema/incidents',
    package: 'm365' as const,
    docs: 'docs/incidents',
  };
  const artefacts = listDatasetArtefacts(place, readTestDataset('incidents'));
  const textOf = (path: string) => artefacts.find((each) => each.path === path)?.text ?? '';

  test('stands under its own name', () => {
    expect(artefacts.map(({ path }) => path)).toEqual([
      'pipelines/generated/incidents.json',
      'fields/generated/component_template/logs-test.incidents@package.json',
      'fields/generated/index_template/logs-test.incidents.json',
      'pipelines/generated/ingest_pipeline/logs-test.incidents@m365-location.json',
      'pipelines/generated/ingest_pipeline/logs-test.incidents@m365.json',
      'pipelines/generated/ingest_pipeline/logs-test.incidents@m365-raw-advice.json',
      'pipelines/generated/ingest_pipeline/logs-test.incidents@m365-raw-outage.json',
      'pipelines/generated/ingest_pipeline/logs-test.incidents@m365-raw.json',
      'pipelines/generated/schema/incidents/record-type.json',
      'pipelines/generated/schema/incidents/common.json',
      'pipelines/generated/schema/incidents/dataset.json',
      'pipelines/generated/schema/incidents/record-type-names.json',
      'pipelines/generated/schema/incidents/record-type-workloads.json',
      'docs/incidents/record-types.md',
      'docs/incidents/fields.md',
    ]);
    expect(artefacts.filter(({ text }) => /o365/.test(text)).map(({ path }) => path)).toEqual([]);
  });

  test('maps the names of the document', () => {
    const template = JSON.parse(
      textOf('fields/generated/component_template/logs-test.incidents@package.json'),
    );
    const { test: kept } = template.template.mappings.properties;
    expect(kept.properties.incidents.dynamic).toBe(false);
    expect(kept.properties.incidents.properties.properties.properties).toMatchObject({
      id: { type: 'keyword', ignore_above: 8191 },
      customer_count: { type: 'long', index: false },
      details: { properties: { ip_address: { type: 'ip', ignore_malformed: true } } },
      labels: { subobjects: false, properties: { SeverityLevel: { type: 'keyword' } } },
    });
    expect(template.template.settings.index.default_pipeline).toBe('logs-test.incidents@m365');
  });

  test('tells people of its fields and its record types', () => {
    const fields = textOf('docs/incidents/fields.md');
    expect(fields).toContain('| `test.incidents.properties.id` | keyword | Id of the incident. | `MO1` |');
    expect(fields).toContain('| `properties.issueId`, `properties.details.ipAddr` | People look for them. |');
    const types = textOf('docs/incidents/record-types.md');
    expect(types).toContain('the file in `pipelines/incidents/record-types/` that says');
    expect(types).toContain('| ServiceOutage | Outage | [outage](#outage) |');
  });
});

test('mappers in one process share nothing: taking turns, each writes what it writes alone', () => {
  const house = readTestDataset('doors');
  const texts = {
    audit: listSamples()
      .slice(0, 60)
      .map(({ text }) => text),
    incidents: Object.values(incidents).map((record) => JSON.stringify(record)),
    doors: Object.values(doors).map((record) => JSON.stringify(record)),
  };
  const run = (one: Mapper, text: string) => one.write(one.read(text), sampleContext);
  const alone = {
    audit: texts.audit.map((text) => run(loadMapper(), text)),
    incidents: texts.incidents.map((text) => run(compileMapper(readTestDataset('incidents')), text)),
    doors: texts.doors.map((text) => run(compileMapper(house), text)),
  };
  const mappers = { audit: loadMapper(), incidents: mapper, doors: compileMapper(house) };
  const twin = loadMapper();
  texts.audit.forEach((text, i) => {
    const [incident = '', door = ''] = [texts.incidents[i % 10], texts.doors[i % 3]];
    // Read in one order and written in the other: what one keeps of a record, the others must not see.
    const records = [
      mappers.audit.read(text),
      mappers.incidents.read(incident),
      mappers.doors.read(door),
    ] as const;
    expect(mappers.doors.write(records[2], sampleContext)).toBe(alone.doors[i % 3]);
    expect(mappers.incidents.write(records[1], sampleContext)).toBe(alone.incidents[i % 10]);
    expect(run(twin, text)).toBe(alone.audit[i]);
    expect(mappers.audit.write(records[0], sampleContext)).toBe(alone.audit[i]);
  });
});

test('nothing that maps records keeps anything outside of a compiled mapper', () => {
  const root = join(import.meta.dirname, '../../pipelines');
  const memory =
    /^(?:export )?(?:let |const \w+(?:: [^=]+)? = (?:new (?:Map|Set|WeakMap)(?:<[^>]*>)?\(\)|remember|recallLast))/m;
  const found = globSync('**/*.ts', { cwd: root }).filter((file) =>
    memory.test(readFileSync(join(root, file), 'utf8')),
  );
  // The definitions as they were read from their files, which nobody changes.
  expect(found).toEqual(['index.ts']);
});

test('every dataset of the project is named as its file names it', () => {
  for (const name of datasetNames) {
    const { dataset } = loadDefinitions(name);
    expect({ name: dataset.name, package: dataset.package }).toEqual({
      name,
      package: datasets[name].package,
    });
    expect(
      readDataset(join(import.meta.dirname, '../../pipelines', datasets[name].folder)).dataset.name,
    ).toBe(name);
  }
});

describe('a slip in a dataset.yml is named with its line', () => {
  test.each([
    [
      'a path that no file defines',
      'action: properties.stateChange',
      'action: properties.state',
      ':13: no file defines the property "properties.state"',
    ],
    [
      'a selector without a kind',
      '  kind: [category, properties.kind]\n',
      '',
      'the head says where the "kind" of a record is',
    ],
    [
      'changes without their time',
      '  updated: properties.lastModified\n',
      '',
      'the head says where a record is "updated"',
    ],
    [
      'a time that is not that of the change',
      'time: [properties.lastModified, time]',
      'time: time',
      'its time begins with when it is "updated"',
    ],
    [
      'a record inside of ECS',
      'module: test',
      'module: test\nrecord_field: event.incident',
      '"event.incident" is inside of an object of ECS',
    ],
    [
      'an exception that fits nothing',
      'issueId: id',
      'issueNumber: id',
      'no file defines a property "issueNumber"',
    ],
    [
      'two properties of one name',
      'issueId: id',
      'issueId: status',
      '"properties.status" and "properties.issueId" would both be called "status"',
    ],
    ['a name of ours', 'issueId: id', 'issueId: id, category: other', '"category" would be called "other"'],
    [
      'a numbered list that is none',
      'rule: snake_case',
      'numbered: {properties.status: 2}, rule: snake_case',
      '"properties.status" is no list of objects',
    ],
    [
      'a property that is made, and none',
      'beside: [time, category]',
      'beside: [time, category], made: {tenant: properties.kind}',
      'no file defines the property "tenant"',
    ],
    [
      'a property that is made of two things',
      'beside: [time, category]',
      'beside: [time, category], made: {time: {from: properties.kind, text: now}}',
      'what is made comes "from" a property, or is a "text"',
    ],
    [
      'a name inside of another',
      'issueId: id',
      'issueId: status.id',
      '"properties.issueId" would be called "status.id", inside of "properties.status"',
    ],
    ['an unknown key', 'vendor:', 'vender:', 'unknown key "vender"; did you mean "vendor"?'],
    ['numbers that are none', 'selector: name', 'selector: number', '"ServiceOutage" is no number'],
  ])('%s', (_, before, after, expected) => {
    const folder = mkdtempSync(join(tmpdir(), 'm365-dataset-'));
    try {
      cpSync(join(import.meta.dirname, 'incidents'), folder, { recursive: true });
      const file = join(folder, 'dataset.yml');
      const text = readFileSync(file, 'utf8');
      expect(text).toContain(before);
      writeFileSync(file, text.replace(before, after));
      expect(() => readDataset(folder)).toThrow(expected);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('two files about all records', () => {
    const folder = mkdtempSync(join(tmpdir(), 'm365-dataset-'));
    try {
      cpSync(join(import.meta.dirname, 'doors'), folder, { recursive: true });
      writeFileSync(join(folder, 'record-types/gate.yml'), 'about: A gate.\n');
      expect(() => readDataset(folder)).toThrow(
        'gate.yml:1: records do not tell their type, so one file is about all',
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
