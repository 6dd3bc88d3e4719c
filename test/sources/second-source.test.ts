// A second kind of source, which brings nothing but its folder and its line in the registry, is collected, checked,
// proved, replayed and shown as the first one is.

import { spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { compiledScripts } from '../compiled-scripts.ts';
import { compare, nothingAmiss, readDelivered, until } from '../end-to-end/harness.ts';

const tenant = '0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7';
const feeds = ['sign-ins', 'changes'];
const program = join(import.meta.dirname, 'ndjson-folder', 'm365.ts');

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface SourceFolders {
  readonly policy: string;
  readonly state: string;
  readonly output: string;
  readonly source: string;
}

async function prepare(): Promise<SourceFolders> {
  const folder = await mkdtemp(join(tmpdir(), 'm365-second-'));
  closers.push(() => rm(folder, { recursive: true, force: true }));
  const at = (name: string) => join(folder, name);
  const place = { policy: at('policy.yml'), state: at('state'), output: at('output'), source: at('source') };
  mkdirSync(place.source);
  const streams = [
    { id: 'folder', source: 'ndjson-folder', tenant_id: tenant, folder: place.source, feeds },
    { id: 'completeness', 'data_stream.dataset': 'm365.collection', interval: '30s' },
  ];
  const policy = {
    m365: { state_folder: place.state },
    outputs: { default: { type: 'file', path: place.output } },
    inputs: [{ id: 'second', type: 'm365', streams }],
  };
  writeFileSync(place.policy, stringify(policy), { mode: 0o600 });
  return place;
}

/** Appends records to the file of a feed; returns their Ids. */
function write({ source }: SourceFolders, feed: string, from: number, count: number): string[] {
  const begin = Date.now() - 3_600_000;
  const records = Array.from({ length: count }, (_, index) => ({
    Id: `${feed}-${from + index}`,
    OrganizationId: tenant,
    CreationTime: new Date(begin + from + index).toISOString().slice(0, 19),
    RecordType: 15,
    Operation: 'UserLoggedIn',
    Workload: 'AzureActiveDirectory',
    UserId: `user-${index % 7}@contoso.com`,
  }));
  appendFileSync(
    join(source, `${feed}.ndjson`),
    records.map((record) => `${JSON.stringify(record)}\n`).join(''),
  );
  return records.map(({ Id }) => Id);
}

function start(...words: string[]) {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...words], {
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...compiledScripts },
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      printed += chunk;
    });
  const ended = new Promise<{ code: number | null; printed: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, printed }));
  });
  return { child, ended };
}

const run = (...words: string[]) => start(...words).ended;

/** The Ids of the records, without the reports of completeness. */
async function delivered({ output }: SourceFolders): Promise<string[]> {
  return (await readDelivered(output)).filter((id) => id !== '');
}

test('is collected through kills, without a loss or a double', async () => {
  const place = await prepare();
  const wanted = feeds.flatMap((feed) => write(place, feed, 0, 3000));
  for (let kill = 1; kill <= 3; kill++) {
    const before = (await delivered(place)).length;
    const running = start('run', '--policy', place.policy);
    await until(async () => (await delivered(place)).length > before);
    running.child.kill('SIGKILL');
    await running.ended;
    wanted.push(...feeds.flatMap((feed) => write(place, feed, 3000 * kill, 3000)));
  }
  expect((await run('run', '--once', '--policy', place.policy)).code).toBe(0);
  expect(compare(wanted, await delivered(place))).toEqual(nothingAmiss);
});

test('is checked: what cannot be read is a problem', async () => {
  const place = await prepare();
  write(place, 'sign-ins', 0, 1);
  const { code, printed } = await run('check', '--policy', place.policy);
  expect(code).toBe(1);
  expect(printed).toMatch(/ok +sign-ins: The file can be read/);
  expect(printed).toMatch(/problem +changes: /);
});

test('is proved, and what was not read yet is pending', async () => {
  const place = await prepare();
  for (const feed of feeds) write(place, feed, 0, 50);
  await run('run', '--once', '--policy', place.policy);
  const proved = await run('prove', '--policy', place.policy, '--json');
  expect(proved.code).toBe(0);
  expect(JSON.parse(proved.printed).tenants).toMatchObject([
    { tenantId: tenant, contentTypes: feeds.map((contentType) => ({ contentType, listed: 50, done: 50 })) },
  ]);
  write(place, 'changes', 50, 2);
  const { code, printed } = await run('prove', '--policy', place.policy, '--json');
  expect(code).toBe(1);
  expect(JSON.parse(printed).tenants[0].contentTypes[1]).toMatchObject({
    listed: 52,
    done: 50,
    open: [{ state: 'pending' }, { state: 'pending' }],
  });
});

test('is replayed, by a position and by a window', async () => {
  const place = await prepare();
  for (const feed of feeds) write(place, feed, 0, 10);
  await run('run', '--once', '--policy', place.policy);
  const item = ['replay', 'content', '0', '--type', 'changes', '--policy', place.policy];
  expect(await run(...item)).toMatchObject({
    code: 0,
    printed: expect.stringContaining('0 records delivered, 1 were there already, 0 refused.'),
  });
  expect(await run(...item, '--again')).toMatchObject({
    code: 0,
    printed: expect.stringContaining('1 records delivered'),
  });
  expect((await delivered(place)).filter((id) => id === 'changes-0')).toHaveLength(2);
  const window = ['replay', 'window', '--from', '30d', '--policy', place.policy];
  expect(await run(...window)).toMatchObject({
    code: 0,
    printed: expect.stringContaining('20 were there already'),
  });
  const further = await run('replay', 'window', '--from', '40d', '--policy', place.policy);
  expect(further.code).toBe(2);
  expect(further.printed).toContain('The folder lists the last 30 days only');
});

test('is shown in the status, in the state and in the reports of completeness', async () => {
  const place = await prepare();
  for (const feed of feeds) write(place, feed, 0, 5);
  await run('run', '--once', '--policy', place.policy);
  const status: { components: object[] } = JSON.parse(readFileSync(join(place.state, 'status.json'), 'utf8'));
  const shown = await run('state', 'show', '--state', place.state, '--json');
  const reports = readdirSync(place.output)
    .filter((name) => name.startsWith('logs-m365.collection-'))
    .flatMap((name) => readFileSync(join(place.output, name), 'utf8').trim().split('\n'))
    .map((line) => JSON.parse(line).m365.collection);
  for (const name of feeds) {
    expect(status.components).toContainEqual(
      expect.objectContaining({
        health: 'healthy',
        counters: expect.objectContaining({ records_delivered: 5, items_acknowledged: 5 }),
      }),
    );
    expect(JSON.parse(shown.printed)).toContainEqual(
      expect.objectContaining({
        tenant,
        source: 'ndjson-folder',
        name,
        offset: expect.stringMatching(/^\d+$/),
      }),
    );
    expect(reports).toContainEqual(
      expect.objectContaining({
        tenant,
        content_type: name,
        blobs: expect.objectContaining({ listed: 5, delivered: 5 }),
        records: expect.objectContaining({ delivered: 5 }),
      }),
    );
  }
});

test('that is not known is refused, with the nearest that is', async () => {
  const place = await prepare();
  writeFileSync(place.policy, readFileSync(place.policy, 'utf8').replace('ndjson-folder', 'ndjson-foldr'));
  const { code, printed } = await run('run', '--once', '--policy', place.policy);
  expect(code).toBe(2);
  expect(printed).toContain('ndjson-folder');
});
