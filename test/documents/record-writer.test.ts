import { describe, expect, test } from '@jest/globals';
import { agentFields } from '../../input/documents/agent-fields.ts';
import type { DocumentProcessor } from '../../input/documents/processors/processor.ts';
import { type DocumentForm, recordWriter } from '../../input/documents/record-writer.ts';
import { listDocumentFields } from '../../pipelines/document-fields.ts';
import { loadDefinitions, loadMapper } from '../../pipelines/index.ts';
import { listSamples } from '../pipelines/samples.ts';

const mapper = loadMapper();
const agent = agentFields({ id: 'ledger-1', version: '1.2.3', name: 'collector-7', ephemeralId: 'run-1' });
const context = { tenantId: 'contoso', fetchedAt: '2026-11-20T08:05:00.000Z', tags: ['m365'] };
const plain: DocumentForm = { documents: 'mapped', fields: {} };
const sample = '{"Id":"1","CreationTime":"2026-11-20T07:58:41","Operation":"FileAccessed","RecordType":6}';

const write = (form: Partial<DocumentForm>, text = sample, who = agent) =>
  recordWriter(mapper, { ...plain, ...form }, who)(text, context).body;
const documentOf = (...given: Parameters<typeof write>) => JSON.parse(write(...given) ?? 'null');

describe('the document of a record', () => {
  test.each(['mapped', 'raw'] as const)('says who collected it, %s', (documents) => {
    expect(documentOf({ documents })).toMatchObject({
      agent: { id: 'ledger-1', name: 'collector-7', type: 'm365', version: '1.2.3', ephemeral_id: 'run-1' },
      input: { type: 'm365' },
    });
    expect(documentOf({ documents })).not.toHaveProperty('host');
    expect(documentOf({ documents })).not.toHaveProperty('elastic_agent');
  });

  test.each(['mapped', 'raw'] as const)('and under which Elastic Agent, %s', (documents) => {
    const under = agentFields(
      { id: 'ledger-1', version: '1.2.3', name: 'collector-7', ephemeralId: 'run-1' },
      { id: 'agent-1', version: '9.6.0', isSnapshot: false },
    );
    expect(documentOf({ documents }, sample, under)).toMatchObject({
      agent: { id: 'agent-1', version: '1.2.3' },
      elastic_agent: { id: 'agent-1', version: '9.6.0', snapshot: false },
    });
  });

  test('has each key once, and the mapped fields as they are, in every sample', () => {
    const fields = { 'labels.site': 'north', 'event.reference': 'x', team: ['a', 'b'] };
    for (const { text } of listSamples()) {
      const body = write({ fields }, text) ?? '';
      const { agent: _agent, input: _input, labels, team, ...rest } = JSON.parse(body);
      expect(body).toBe(JSON.stringify(JSON.parse(body)));
      expect(labels).toMatchObject({ site: 'north' });
      expect(team).toEqual(['a', 'b']);
      const mapped = JSON.parse(mapper.write(mapper.read(text), context));
      delete mapped.labels;
      expect(rest).toEqual({ ...mapped, event: { ...mapped.event, reference: 'x' } });
    }
  });

  test('is not parsed for constants that no field of a record stands in the way of', () => {
    const text = sample.replace('FileAccessed', String.raw`\ud83d\ude00`);
    const body = write({ fields: { 'labels.site': 'north' } }, text) ?? '';
    expect(body.startsWith(mapper.write(mapper.read(text), context).slice(0, -1))).toBe(true);
  });

  test('no definition writes what the collector says of itself', () => {
    const definitions = loadDefinitions();
    const written = definitions.dataset.recordField.split('.')[0];
    expect(Object.keys(agent)).not.toContain(written);
    const ours = new Set(['agent', 'elastic_agent', 'input']);
    const targets = JSON.stringify(definitions.files).match(/"to":\[?"[^"]+"/g) ?? [];
    expect(targets.filter((each) => ours.has(/"([^".]+)[^"]*"$/.exec(each)?.[1] ?? ''))).toEqual([]);
    expect(listDocumentFields(definitions).map(({ name }) => name)).toEqual(
      expect.arrayContaining(['agent.id', 'agent.ephemeral_id', 'elastic_agent.snapshot', 'input.type']),
    );
  });
});

describe('processors', () => {
  test.each(['mapped', 'raw'] as const)('drop a record, and change another, %s', (documents) => {
    const field = documents === 'raw' ? 'o365audit.Operation' : 'event.action';
    const when = { kind: 'equals', fields: { [field]: 'FileAccessed' } } as const;
    expect(write({ documents, processors: [{ kind: 'drop_event', when }] })).toBeUndefined();
    const rename: DocumentProcessor = {
      ...({ kind: 'rename', pairs: [{ from: 'agent.name', to: 'observer.name' }] } as const),
      ...{ ignoreMissing: false, failOnError: true },
      when,
    };
    expect(documentOf({ documents, processors: [rename] })).toMatchObject({
      agent: { id: 'ledger-1' },
      observer: { name: 'collector-7' },
    });
  });

  test('see the constants of the policy', () => {
    const when = { kind: 'equals', fields: { 'labels.site': 'north' } } as const;
    const form = { fields: { 'labels.site': 'north' }, processors: [{ kind: 'drop_event', when }] } as const;
    expect(write(form)).toBeUndefined();
  });

  test('leave alone what JSON cannot hold as a value', () => {
    const deep = `{"a":${'{"b":'.repeat(10_000)}1${'}'.repeat(10_000)}}`;
    const when = { kind: 'has_fields', fields: ['nowhere'] } as const;
    expect(write({ documents: 'raw', processors: [{ kind: 'drop_event', when }] }, deep)).toContain('"b":1}');
  });
});
