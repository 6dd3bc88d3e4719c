import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterAll, describe, expect, test } from '@jest/globals';
import { mapRecords } from '../../input/cli/commands/map.ts';
import { isGenerated, readWritten, writeExplanations } from '../../input/cli/explain/explain-records.ts';
import { cellsOf } from '../../input/cli/show/cells.ts';
import { pipelinesFolder } from '../../pipelines/language/index.ts';
import { listSamples } from '../pipelines/samples.ts';
import { runHere } from './command.ts';

const context = {
  tenantId: '0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7',
  fetchedAt: '2026-01-01T00:00:00.000Z',
};
const definitions = readWritten();
const copies = mkdtempSync(join(tmpdir(), 'm365-rules-'));
afterAll(() => rmSync(copies, { recursive: true }));

interface Asked {
  readonly json?: boolean;
  readonly fields?: readonly string[];
}

async function explain(text: string, { json = false, fields = [] }: Asked = {}) {
  const output = new PassThrough();
  const read = output.toArray();
  const writer = writeExplanations(definitions, context, { json, fields, columns: 80 });
  const count = await mapRecords(Readable.from([text]), output, writer);
  output.end();
  return { printed: Buffer.concat(await read).toString(), count };
}

/** The lines of a section, without the two spaces before them. */
function sectionOf(printed: string, title: string): string[] {
  const [, after = ''] = printed.split(`\n\n${title}\n`);
  const [section = ''] = after.split('\n\n');
  return section
    .trimEnd()
    .split('\n')
    .map((line) => line.slice(2));
}

const audit = join(pipelinesFolder, 'audit');

/** The line on which a record-type file says something. */
function lineOf(file: string, text: string): string {
  const lines = readFileSync(join(audit, 'record-types', file), 'utf8').split('\n');
  const line = lines.findIndex((each) => each.includes(text));
  expect(line).toBeGreaterThan(-1);
  return `${file}:${line + 1}`;
}

const form = {
  CreationTime: '2026-11-20T09:30:00',
  Id: '5f1c0b1e-0001',
  RecordType: 66,
  Operation: 'CreateForm',
  UserId: 'ann@contoso.example',
  FormName: 'Visitors',
};
const line = JSON.stringify(form);

describe('for people', () => {
  test('says where each field comes from, in aligned lines', async () => {
    const { printed } = await explain(line);
    expect(printed.split('\n')[0]).toMatch(/^── 1: MicrosoftForms \(66\), "CreateForm" ─+$/);
    expect(sectionOf(printed, 'Fields by rules').slice(0, 6)).toEqual([
      'event.action              "CreateForm"',
      `  ${lineOf('common.yml', 'from: Operation,')}           Operation, converter verbatim`,
      'event.id                  "5f1c0b1e-0001"',
      `  ${lineOf('common.yml', 'from: Id,')}           Id, converter keyword`,
      'related.user              ["ann@contoso.example","ann"]',
      expect.stringMatching(/^ {2}common\.yml:\d+ +gathers user\.id, user\.name, user\.email$/),
    ]);
    expect(sectionOf(printed, 'The record itself, under o365.audit')).toContain(
      `FormName                  ${lineOf('forms.yml', 'from: FormName,').padEnd(24)} "Visitors"`,
    );
  });

  test('is no wider than the terminal, whatever the record', async () => {
    const { printed } = await explain(
      listSamples()
        .map(({ text }) => text)
        .join('\n'),
    );
    expect(printed.split('\n').filter((each) => cellsOf(each) > 80)).toEqual([]);
    expect(printed).toContain('…');
  });

  test('begins each record with its number', async () => {
    const { printed } = await explain(`[${line},${line},${line}]`);
    expect(printed.match(/^── \d+/gm)).toEqual(['── 1', '── 2', '── 3']);
  });

  test('goes on behind what is no record, and says what is wrong with it', async () => {
    const { printed, count } = await explain(`{"Id":\n{"RecordType":1}\n${line}`);
    const [broken = '', undated = '', whole = ''] = printed.split(/^(?=── )/m);
    expect(broken).toMatch(/^── 1: no record ─+\n {2}problem +not JSON: /);
    expect(sectionOf(broken, 'What kind of event it is')[0]).toMatch(/^event\.kind +"pipeline_error"$/);
    expect(undated).toMatch(/^── 2: ExchangeAdmin \(1\), no operation ─+\n {2}problem +no audit record: /);
    expect(whole).toMatch(/^── 3: MicrosoftForms/);
    expect(count).toMatchObject({ documents: 3, failed: 2 });
  });

  test('says that no file has the record type', async () => {
    const { printed } = await explain(JSON.stringify({ ...form, RecordType: 99_999, New: { a: 1 } }));
    expect(printed).toMatch(/^── 1: unknown record type \(99999\)/);
    expect(printed).toContain('no file has this record type');
    expect(sectionOf(printed, 'Not mapped')).toEqual([
      'New                       no definition',
      '                          kept in o365.audit.New, o365.audit.other.New',
    ]);
  });

  test('says why a rule did not fire', async () => {
    const { printed } = await explain(JSON.stringify({ ...form, UserKey: 'key', UserAgent: { a: 1 } }));
    const rules = sectionOf(printed, 'Rules that did not fire').join('\n');
    expect(rules).toContain(
      'UserKey → user, converter principal\n  refused by converter    saw UserKey "key"',
    );
    expect(rules).toContain('wrong type              UserAgent: object in place of keyword');
    expect(sectionOf(printed, 'Rules whose properties are absent').join('\n')).toContain(
      'SourceApp → application.name',
    );
  });

  test('keeps what a terminal would obey out of it', async () => {
    const { printed } = await explain(
      JSON.stringify({
        ...form,
        Operation: '\u001b[2J\u202e',
        'a\u001b\u009b': '\u009b',
        UserId: '\u001b]0;x',
      }),
    );
    expect(printed.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});

describe('of single fields', () => {
  test('leaves out everything else', async () => {
    const { printed } = await explain(line, { fields: ['user.name', 'application'] });
    expect(printed.split('\n').filter((each) => /^[A-Z]/.test(each))).toEqual([
      'Fields by rules',
      'Rules whose properties are absent',
    ]);
    expect(sectionOf(printed, 'Fields by rules')[0]).toMatch(/^user\.name +"ann"$/);
    expect(printed).toContain('SourceApp → application.name');
    expect(printed).not.toContain('host.name');
  });

  test('says of a name that is none what was probably meant, and of another that nothing writes it', async () => {
    const { printed } = await explain(line, { fields: ['user.nmae', 'dns.question.name', 'process.name'] });
    expect(sectionOf(printed, 'Not found')).toContain(
      'user.nmae                 no such field; did you mean "user.name"?',
    );
  });
});

describe('for programs', () => {
  test('is a line of JSON for each record, with all of every value', async () => {
    const long = 'x'.repeat(500);
    const { printed } = await explain(`${line}\n${JSON.stringify({ ...form, FormName: long })}`, {
      json: true,
    });
    const [first, second] = printed
      .trimEnd()
      .split('\n')
      .map((each) => JSON.parse(each));
    expect(first).toMatchObject({
      number: 1,
      recordType: 66,
      recordTypeName: 'MicrosoftForms',
      documentId: `${context.tenantId}:${form.Id}`,
      fields: expect.arrayContaining([
        expect.objectContaining({
          name: 'event.action',
          value: 'CreateForm',
          sources: [
            expect.objectContaining({
              by: 'rule',
              writtenAt: { file: 'common.yml', line: expect.any(Number) },
              reads: [{ path: 'Operation', value: 'CreateForm' }],
              converter: 'verbatim',
            }),
          ],
        }),
      ]),
    });
    expect(second.fields).toContainEqual(
      expect.objectContaining({ name: 'o365.audit.FormName', value: long }),
    );
  });

  test('takes the field that was asked for', async () => {
    const { printed } = await explain(line, { json: true, fields: ['event.outcome'] });
    expect(JSON.parse(printed).fields.map(({ name }: { name: string }) => name)).toEqual(['event.outcome']);
  });
});

test.each([
  ['a row of a search', JSON.stringify({ CreationDate: form.CreationTime, AuditData: line })],
  ['a CSV export', `RecordId,AuditData\r\n1,"${line.replaceAll('"', '""')}"\r\n`],
  ['JSON laid out over many lines', JSON.stringify(form, undefined, 2)],
])('takes %s', async (_, text) => {
  const { printed } = await explain(text);
  expect(printed).toContain('"5f1c0b1e-0001"');
});

describe('the rules', () => {
  test('that are explained are those that m365 map runs, and it is noticed where they are not', () => {
    expect(isGenerated(definitions)).toBe(true);
    const changed = join(copies, 'changed');
    cpSync(audit, join(changed, 'audit'), { recursive: true });
    const file = join(changed, 'audit', 'record-types', 'forms.yml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('to: application.name', 'to: host.name'));
    expect(isGenerated(readWritten(changed))).toBe(false);
  });

  test('that are not there as they were written are asked for plainly', () => {
    expect(() => readWritten(copies)).toThrow(/cannot be explained: their files are not there/);
  });

  test.each([['--json'], ['--field', 'user.name']])(
    '%s without --explain is a usage error',
    async (...words) => {
      const { code, stderr } = await runHere(['map', ...words]);
      expect([code, stderr]).toEqual([2, expect.stringContaining('--field and --json go with --explain.')]);
    },
  );
});
