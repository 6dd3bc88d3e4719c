import { describe, expect, test } from '@jest/globals';
import { rawDocumentWriter } from '../../input/documents/raw-document.ts';
import { loadReader } from '../../pipelines/index.ts';
import type { MapContext } from '../../pipelines/mapper.ts';
import { listSamples } from '../pipelines/samples.ts';

const reader = loadReader();
const context: MapContext = {
  tenantId: '0B1C2D3E-4f50-4617-8291-a2b3c4d5e6f7',
  contentCreated: '2026-11-20T08:00:00.000Z',
  fetchedAt: '2026-11-20T08:05:00.000Z',
  tags: ['forwarded', 'm365'],
  namespace: 'emea',
};

const writeRaw = (text: string, more: Partial<MapContext> = {}, constants = {}) =>
  rawDocumentWriter(reader.dataset, constants)(reader.parse(text), { ...context, ...more });
const rawOf = (...args: Parameters<typeof writeRaw>) => JSON.parse(writeRaw(...args));

const text = '{"Id":"1","CreationTime":"2026-11-20T07:58:41","OrganizationName":"contoso","Comments":"x"}';

/** Returns the record with its numbers as text, digit for digit. */
const withoutNumbers = (record: string) =>
  JSON.parse(record, (key: string, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' && !key.startsWith('FileSize') ? context?.source : value,
  );

describe('a raw document', () => {
  test('is the record as served in o365audit, and beside it only what its shipper knows', () => {
    expect(writeRaw(text)).toContain(`,"o365audit":${text}}`);
    expect(rawOf(text)).toEqual({
      '@timestamp': '2026-11-20T07:58:41Z',
      event: { created: '2026-11-20T08:05:00.000Z', dataset: 'o365.audit' },
      data_stream: { type: 'logs', dataset: 'o365.audit', namespace: 'emea' },
      tags: ['forwarded', 'm365'],
      o365audit: JSON.parse(text),
    });
  });

  test('holds every sample whole', () => {
    for (const sample of listSamples())
      expect(rawOf(sample.text).o365audit).toEqual(withoutNumbers(sample.text));
  });

  test('has numbers as text, digit for digit, but for the sizes of files', () => {
    const { o365audit } = rawOf(
      '{"RecordType":6,"FileSize":1.5e3,"a":[-1.50,12345678901234567890,1E+400],"FileSizeBytes" : 7,"b":{"c":0},"d":"FileSize\\":9","e":"5","FileSizes":1}',
    );
    expect(o365audit).toEqual({
      RecordType: '6',
      FileSize: 1500,
      a: ['-1.50', '12345678901234567890', '1E+400'],
      FileSizeBytes: 7,
      b: { c: '0' },
      d: 'FileSize":9',
      e: '5',
      FileSizes: '1',
    });
  });

  test('keeps the text in event.original where it is asked to, byte for byte, with the tag that keeps it there', () => {
    const spaced = '{"Id": "1",\r\n "Name": "\\u00e4\\/"}';
    expect(rawOf(spaced, { preserveOriginal: true })).toMatchObject({
      event: { original: spaced },
      tags: ['forwarded', 'm365', 'preserve_original_event'],
    });
  });

  test('gives the tenant its name where the owner’s pipeline looks for one', () => {
    const document = rawOf(text, { tenantName: 'Contoso' });
    expect(document._conf).toEqual({ tenants: { '0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7': 'Contoso' } });
    // A rename of that pipeline fails where its target exists.
    expect(document).not.toHaveProperty('organization');
  });

  test('carries constants beside the record', () => {
    const constants = { 'labels.site': 'north', 'event.reference': 'x' };
    expect(rawOf(text, {}, constants)).toMatchObject({
      labels: { site: 'north' },
      event: { reference: 'x', dataset: 'o365.audit' },
      o365audit: { Id: '1' },
    });
  });

  test.each([
    ['a line break between tokens', '{"Id":"1",\r\n"a":\n1}', { Id: '1', a: '1' }],
    ['a key that comes twice, as every parser reads it', '{"a":1,"b":2,"a":3}', { a: '3', b: '2' }],
    ['escapes', '{"a":"\\/\\u00e4\\ud83d\\ude00 \\n"}', { a: '/ä😀 \n' }],
  ])('spells %s so that Elasticsearch takes it in one line', (_, record, value) => {
    const body = writeRaw(record);
    expect(body).not.toMatch(/[\r\n]/);
    expect(JSON.parse(body).o365audit).toEqual(value);
    // A key must not stand there twice.
    expect(body).toBe(JSON.stringify(JSON.parse(body)));
  });

  test.each([
    ['ten thousand levels', `${'{"b":'.repeat(10_000)}1${'}'.repeat(10_000)}`],
    ['millions of escapes', `"${'\\n'.repeat(15_000_000)}"`],
  ])('takes %s as they are, in one line', (_, value) => {
    const body = writeRaw(`{"a":\r\n${value}}`);
    expect(body.endsWith(`,"o365audit":{"a":  ${value}}}`)).toBe(true);
    expect(/[\r\n]/.test(body)).toBe(false);
  });

  test('has the time of its content where the record has none', () => {
    expect(rawOf('{"Id":"1","CreationTime":"yesterday"}')['@timestamp']).toBe(context.contentCreated);
    expect(rawOf('{"Id":"1"}', { contentCreated: undefined })['@timestamp']).toBe(context.fetchedAt);
  });

  test('keeps what is no record, and says so', () => {
    const document = rawOf('{"Id":');
    expect(document).toMatchObject({
      '@timestamp': context.contentCreated,
      event: { kind: 'pipeline_error', original: '{"Id":' },
      error: { message: [expect.stringMatching(/^not JSON/)] },
      tags: ['forwarded', 'm365', 'preserve_original_event'],
    });
    expect(document).not.toHaveProperty('o365audit');
  });
});

describe('a record of Entra’s logs', () => {
  const { dataset, parse } = loadReader('azure.signinlogs');
  const tenantId = '0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7';
  const write = (record: object, more: Partial<MapContext> = {}) =>
    JSON.parse(
      rawDocumentWriter(dataset, {})(parse(JSON.stringify(record)), {
        tenantId,
        fetchedAt: '2026-11-03T09:00:00.000Z',
        ...more,
      }),
    );
  const signIn = {
    id: 'c1',
    createdDateTime: '2026-11-03T08:00:00Z',
    signInEventTypes: ['nonInteractiveUser'],
    userPrincipalName: 'ann@contoso.example',
  };

  test('is the text of an event of Azure Monitor, in message', () => {
    const { message, ...document } = write(signIn);
    expect(JSON.parse(message)).toMatchObject({
      time: '2026-11-03T08:00:00Z',
      category: 'NonInteractiveUserSignInLogs',
      operationName: 'Sign-in activity',
      tenantId,
      properties: signIn,
    });
    expect(document).toMatchObject({ event: { dataset: 'azure.signinlogs' } });
    expect(Object.keys(document)).not.toContain('azuresigninlogs');
  });

  test('that came by Azure Monitor stays as it came', () => {
    const event = { time: '2026-11-03T08:00:00Z', category: 'SignInLogs', tenantId: 't', properties: signIn };
    expect(JSON.parse(write(event).message)).toEqual(event);
  });

  test('has the names that Azure Monitor gives, where those are others', () => {
    const provisioning = loadReader('azure.provisioning');
    const text = JSON.stringify({
      id: 'p1',
      activityDateTime: '2026-11-03T08:00:00Z',
      provisioningAction: 'create',
      initiatedBy: { id: '7', displayName: 'Ann', initiatorType: 'user' },
    });
    const write = rawDocumentWriter(provisioning.dataset, {});
    const { message } = JSON.parse(write(provisioning.parse(text), { tenantId, fetchedAt: '' }));
    expect(JSON.parse(message)).toMatchObject({
      category: 'ProvisioningLogs',
      properties: { action: 'Create', initiatedBy: { Id: '7', Name: 'Ann', Type: 'user' } },
    });
  });

  test('is kept by the pipeline where the original is to be preserved', () => {
    const { event, tags } = write(signIn, { preserveOriginal: true });
    expect(event.original).toBeUndefined();
    expect(tags).toContain('preserve_original_event');
  });
});
