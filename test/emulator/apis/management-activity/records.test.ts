// Generated records are of every kind and look like those that the service writes; records of a file are served untouched.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import {
  families,
  generateRecords,
} from '../../../../input/emulator/apis/management-activity/records/supply.ts';
import { type ContentType, contentTypes, type Emulator } from '../../../../input/emulator/index.ts';
import { createWorld } from '../../../../input/emulator/world/company.ts';
import { type AnswerObject, Client, noon, startAtNoon, toObject } from '../../client.ts';

const world = createWorld('0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7', 'contoso.example', 7);

function generate(contentType: ContentType, count: number): { record: AnswerObject; text: string }[] {
  const supply = generateRecords(world, contentType, 11);
  return Array.from({ length: count }, (_, index) => {
    const text = supply.text(index, noon);
    return { text, record: toObject(JSON.parse(text)) };
  });
}

describe('generated records', () => {
  test('are of every family, each in its content type', () => {
    for (const contentType of contentTypes) {
      const wanted = families
        .filter((family) => family.contentType === contentType)
        .map(({ recordType }) => recordType);
      const found = new Set(generate(contentType, 2_000).map(({ record }) => record.RecordType));
      expect([contentType, [...found].map(Number).sort()]).toEqual([contentType, wanted.sort()]);
    }
    expect(new Set(families.map(({ recordType }) => recordType)).size).toBeGreaterThanOrEqual(36);
  });

  test('have the fields that every record has', () => {
    for (const contentType of contentTypes) {
      for (const { record } of generate(contentType, 150)) {
        expect(record).toMatchObject({ Version: 1, OrganizationId: world.tenantId });
        expect(record.CreationTime).toMatch(/^2026-11-(19|20)T\d\d:\d\d:\d\d$/);
        expect(record.Id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        for (const name of ['Operation', 'UserId', 'UserKey', 'Workload'])
          expect(typeof record[name]).toBe('string');
        for (const name of ['RecordType', 'UserType']) expect(typeof record[name]).toBe('number');
      }
    }
  });

  test('are of the size that the service has', () => {
    const sizes = contentTypes.flatMap((contentType) =>
      generate(contentType, 500).map(({ text }) => Buffer.byteLength(text)),
    );
    const average = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
    expect(average).toBeGreaterThan(1_300);
    expect(average).toBeLessThan(1_700);
  });

  test('have addresses in all the shapes the service writes them', () => {
    const records = contentTypes.flatMap((contentType) => generate(contentType, 1_000));
    const addresses = records
      .map(({ record }) => record.ClientIP)
      .filter((address) => typeof address === 'string');
    for (const shape of [/^$/, /^[\d.]+$/, /^[\d.]+:\d+$/, /^[0-9a-f:]+$/, /^\[[0-9a-f:]+\]:\d+$/]) {
      expect(addresses.filter((address) => shape.test(address)).length).toBeGreaterThan(10);
    }
    for (const known of ['81.2.69.142', '89.160.20.112', '67.43.156.13']) expect(addresses).toContain(known);
  });

  test('have owners, and others than the owner, in mailboxes, as what they are', () => {
    const visits = generate('Audit.Exchange', 4_000).flatMap(({ record }) =>
      record.LogonType === undefined ? [] : [record],
    );
    for (const { LogonType, UserId, MailboxOwnerUPN, LogonUserSid, MailboxOwnerSid } of visits) {
      expect([LogonType, UserId === MailboxOwnerUPN]).toEqual([LogonType, LogonType === 0]);
      expect(LogonUserSid === MailboxOwnerSid).toBe(LogonType === 0);
    }
    const as = (logonType: number) => visits.filter(({ LogonType }) => LogonType === logonType).length;
    expect(as(0)).toBeGreaterThan(as(1) + as(2));
    expect(Math.min(as(1), as(2))).toBeGreaterThan(20);
  });

  test('name the member of a role or group, with what it is plainly, and an application by its name', () => {
    const changes = generate('Audit.AzureActiveDirectory', 4_000).filter(
      ({ record }) => record.RecordType === 8,
    );
    const of = (operation: string) =>
      changes.flatMap(({ record }) => (record.Operation === operation ? [record] : []));
    const sideOf = ({ ModifiedProperties }: AnswerObject, name: string, side: string): unknown => {
      const list: unknown[] = Array.isArray(ModifiedProperties) ? ModifiedProperties : [];
      return list.map(toObject).find(({ Name }) => Name === name)?.[side];
    };
    const given = of('Add member to role.');
    const taken = of('Remove member from role.');
    expect(Math.min(given.length, taken.length)).toBeGreaterThan(20);
    for (const record of [...given, ...taken])
      expect(record.Target).toContainEqual({ ID: record.ObjectId, Type: 5 });
    for (const record of given)
      expect(sideOf(record, 'Role.DisplayName', 'NewValue')).toMatch(/^[A-Z][\w ]+$/);
    for (const record of taken) {
      expect(sideOf(record, 'Role.DisplayName', 'OldValue')).toMatch(/^[A-Z][\w ]+$/);
      expect(sideOf(record, 'Role.DisplayName', 'NewValue')).toBe('');
    }
    for (const { Target, ObjectId } of of('Consent to application.')) {
      expect(Target).toContainEqual({ ID: 'ServicePrincipal', Type: 2 });
      expect(Target).toContainEqual({ ID: ObjectId, Type: 4 });
    }
    const [named] = of('Add user.');
    if (named !== undefined) expect(sideOf(named, 'DisplayName', 'NewValue')).toMatch(/^\[\r\n {2}"/);
  });

  test('never share an Id', () => {
    const { id } = generateRecords(world, 'Audit.Exchange', 3);
    const ids = new Set(Array.from({ length: 50_000 }, (_, index) => id(index)));
    expect(ids.size).toBe(50_000);
  });
});

describe('the records of a file', () => {
  let emulator: Emulator | undefined;
  const folder = mkdtempSync(join(tmpdir(), 'm365-'));
  afterEach(async () => {
    await emulator?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('are served untouched, each in its content type', async () => {
    const lines = [
      '{"Id":"1","RecordType":15,"Workload":"AzureActiveDirectory"}',
      '{"Id":"2","RecordType":6,"Workload":"OneDrive", "n": 1.0}',
      '',
      '{"Id":"3","RecordType":13,"Workload":"Exchange"}',
      '{"Id":"4","RecordType":1,"Workload":"Exchange","name":"Zoë 請求"}',
      '{"Id":"4","RecordType":25,"Workload":"MicrosoftTeams"}',
    ];
    const file = join(folder, 'records.ndjson');
    writeFileSync(file, lines.join('\n'));
    emulator = await startAtNoon({ tenants: [{ subscribed: contentTypes, content: { file, days: 0.5 } }] });
    const client = new Client(emulator);
    const served: Record<string, string> = {};
    for (const contentType of contentTypes) {
      for (const { contentUri } of await client.list(contentType)) {
        served[contentType] = await (await client.call(contentUri)).text();
      }
    }
    expect(served).toEqual({
      'Audit.AzureActiveDirectory': `[${lines[0]}]`,
      'Audit.SharePoint': `[${lines[1]}]`,
      'DLP.All': `[${lines[3]}]`,
      'Audit.Exchange': `[${lines[4]}]`,
      'Audit.General': `[${lines[5]}]`,
    });
    expect([...emulator.distinctIds()].map(({ id }) => id)).toEqual(['1', '4', '2', '3']);
  });
});
