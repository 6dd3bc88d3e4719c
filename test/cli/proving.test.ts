// Each test goes on with the tenant and the folders of the one before, as an operator would.

import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Emulator, type PublishRequest, startEmulator } from '../../input/emulator/index.ts';
import {
  compare,
  makeWorkplace,
  nothingAmiss,
  readDelivered,
  streamFor,
  type Workplace,
} from '../end-to-end/harness.ts';
import { noon, openTestLedger } from '../state/state-folder.ts';
import { runHere as run } from './command.ts';

let emulator: Emulator;
let place: Workplace;

const content = { records: 300, days: 1, recordsPerBlob: 50, ratePerMinute: 0 };

beforeAll(async () => {
  emulator = await startEmulator({ pageSize: 1, tenants: [{ content }] });
  place = await makeWorkplace({ streams: [streamFor(emulator, 0, { tenant_name: 'Contoso' })] });
});
afterAll(async () => {
  await emulator.close();
  await place.remove();
});

const truth = () => [...emulator.distinctIds()].map(({ id }) => id);
const withPolicy = (...words: string[]) => run([...words, '--policy', place.policy]);
const collect = () => withPolicy('run', '--once');
/** Made a minute ago: windows end with whole seconds, and what is made in the current one is not in them. */
const publish = (request: Omit<PublishRequest, 'contentCreated'>) =>
  emulator.publish({ ...request, contentCreated: new Date(Date.now() - 60_000).toISOString() });
const prove = () => withPolicy('prove', '--to', '0s', '--json');

describe('m365 prove', () => {
  test('without a state folder says that it is not there', async () => {
    const { code, stderr } = await prove();
    expect([code, stderr]).toEqual([1, expect.stringMatching(/The state folder .* is not there\./)]);
  });

  test('finds everything delivered after a run', async () => {
    expect((await collect()).code).toBe(0);
    const { code, stdout } = await withPolicy('prove', '--to', '0s');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Tenant Contoso \(/);
    expect(stdout).toMatch(/^Audit\.Exchange +(\d+) +\1 +0 +0 +0 +\d+ +0$/m);
    expect(stdout).toMatch(
      /\nComplete by the ledger, and the outputs hold no fewer documents;\n.*--records.*\n$/,
    );
  });

  test.each([
    ['that ends before it begins', ['--from', '1h', '--to', '2h']],
    ['that ends before it begins, by default', ['--from', '10m']],
    ['that is older than anything Microsoft lists', ['--from', '20d', '--to', '10d']],
    ['that begins before anything that Microsoft lists', ['--from', '20d']],
  ])('proves nothing in a window %s, and says so', async (_, window) => {
    const { code, stdout, stderr } = await withPolicy('prove', ...window);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/The window is empty|Microsoft lists the last seven days only/);
  });

  test('replays nothing in a window that Microsoft does not list, and says so', async () => {
    const { code, stderr } = await withPolicy('replay', 'window', '--from', '20d', '--to', '10d');
    expect([code, stderr]).toEqual([2, expect.stringContaining('Microsoft lists the last seven days only')]);
  });

  test('lists in smaller windows where pages go stale', async () => {
    emulator.setFaults([{ match: { path: 'nextPage=' }, fault: { kind: 'af', code: 'AF20031' } }]);
    const { code, stdout } = await withPolicy('prove', '--to', '0s');
    const [stale] = emulator.faults();
    emulator.setFaults([]);
    expect(stale?.fired).toBeGreaterThan(0);
    expect([code, stdout]).toEqual([0, expect.stringContaining('Complete by the ledger')]);
  });

  test('goes on to the next tenant where one cannot be asked', async () => {
    const unknown = { tenant_id: '0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7' };
    const both = await makeWorkplace({
      streams: [streamFor(emulator, 0, unknown), streamFor(emulator)],
      process: { state_folder: place.state },
    });
    const { code, stdout } = await run(['prove', '--policy', both.policy, '--to', '0s']);
    expect(code).toBe(1);
    expect(stdout).toContain('AADSTS90002');
    expect(stdout).toMatch(/^Audit\.Exchange +(\d+) +\1 /m);
    expect(stdout).toMatch(/Not complete\.\n$/);
  });

  test('finds content that is listed and was never seen, and replay window delivers it', async () => {
    const { contentId } = publish({ contentType: 'Audit.Exchange', generate: 7 });
    const { code, stdout } = await prove();
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      complete: false,
      tenants: [
        {
          contentTypes: expect.arrayContaining([
            expect.objectContaining({
              contentType: 'Audit.Exchange',
              open: [expect.objectContaining({ contentId, state: 'missing' })],
            }),
          ]),
        },
      ],
    });
    const replayed = await withPolicy('replay', 'window', '--from', '1h');
    expect([replayed.code, replayed.stderr]).toEqual([0, '']);
    expect(replayed.stdout).toMatch(/content blobs?; 7 records delivered, \d+ were there already, 0 refused/);
    expect((await prove()).code).toBe(0);
    expect(compare(truth(), await readDelivered(place.output))).toEqual(nothingAmiss);
  });

  test('finds what is lost, with the reason, and replay content brings it back where it can be had', async () => {
    const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();
    const { contentId } = publish({
      contentType: 'Audit.General',
      generate: 3,
      available: ago(60),
      contentExpiration: ago(20),
    });
    expect((await collect()).code).toBe(0);
    const { code, stdout } = await withPolicy('prove', '--to', '0s', '--tenant', 'contoso');
    expect(code).toBe(1);
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /Audit\.General: lost, made 20.*: Microsoft's date for it has passed \(20/,
    );
    // Microsoft's own clock may have stood behind.
    emulator.time.advance(-40_000);
    const replayed = await withPolicy('replay', 'content', contentId);
    emulator.time.advance(40_000);
    expect([replayed.code, replayed.stdout]).toEqual([0, expect.stringContaining('3 records delivered')]);
    expect((await prove()).code).toBe(0);
    expect(compare(truth(), await readDelivered(place.output))).toEqual(nothingAmiss);
  });

  test('counts dead letters until replay dead-letters has delivered them', async () => {
    const large = { Id: 'large-1', CreationTime: '2026-11-20T08:00:00', Operation: 'x'.repeat(100_000) };
    publish({ contentType: 'DLP.All', records: [large] });
    const small = await makeWorkplace({
      streams: [streamFor(emulator, 0, { maximum_record_size: '64KiB' })],
      output: { type: 'file', path: place.output },
      process: { state_folder: place.state },
    });
    expect((await run(['run', '--once', '--policy', small.policy])).code).toBe(0);
    const { code, stdout } = await withPolicy('prove', '--to', '0s');
    expect(code).toBe(1);
    expect(stdout).toContain('DLP.All: 1 dead letters wait');
    const seen = await withPolicy('replay', 'dead-letters', '--dry-run');
    expect([seen.code, seen.stdout]).toEqual([
      1,
      expect.stringMatching(/^ +1 {2}DLP\.All: record_too_large: /),
    ]);
    const refused = await run(['replay', 'dead-letters', '--policy', small.policy]);
    expect([refused.code, refused.stdout]).toEqual([1, expect.stringContaining('1 letters stay')]);
    const replayed = await withPolicy('replay', 'dead-letters');
    expect([replayed.code, replayed.stdout]).toEqual([0, expect.stringContaining('1 delivered')]);
    expect((await prove()).code).toBe(0);
    expect(compare(truth(), await readDelivered(place.output))).toEqual(nothingAmiss);
    const again = await withPolicy('replay', 'dead-letters');
    expect([again.code, again.stdout]).toEqual([0, 'There are no dead letters.\n']);
  });
});

describe('m365 prove looks at what is left of it', () => {
  const aside = async (path: string) => {
    renameSync(path, `${path}.aside`);
    const { code, stdout } = await withPolicy('prove', '--to', '0s');
    const ledgerOnly = await withPolicy('prove', '--to', '0s', '--ledger-only');
    rmSync(path, { recursive: true, force: true });
    renameSync(`${path}.aside`, path);
    return { code, stdout: stdout.replaceAll(/\s+/g, ' '), ledgerOnly };
  };

  test('output files that were deleted: it is not complete, except by the ledger alone', async () => {
    const { code, stdout, ledgerOnly } = await aside(place.output);
    expect([code, stdout]).toEqual([
      1,
      expect.stringMatching(/ledger says that \d+ records were delivered, and only 0 documents/),
    ]);
    expect(stdout).toMatch(/Not complete\. $/);
    expect([ledgerOnly.code, ledgerOnly.stdout]).toEqual([
      0,
      expect.stringContaining('by the ledger alone: the outputs were not looked at'),
    ]);
  });

  test('output files of which lines are missing', async () => {
    const [name = ''] = readdirSync(place.output).filter((entry) => entry.endsWith('.ndjson'));
    const file = join(place.output, name);
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.slice(text.indexOf('\n') + 1));
    const { code, stdout } = await withPolicy('prove', '--to', '0s', '--json');
    writeFileSync(file, text);
    expect(code).toBe(1);
    const { complete, compared, stores } = JSON.parse(stdout);
    expect([complete, compared]).toEqual([false, 'ledger and number']);
    expect(stores[0].found).toBe(stores[0].delivered - 1);
  });

  test('output files of which lines are missing that belong to what was made a moment ago', async () => {
    const [name = ''] = readdirSync(place.output).filter((entry) => entry.endsWith('.ndjson'));
    const file = join(place.output, name);
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.slice(text.indexOf('\n') + 1));
    const { code, stdout } = await withPolicy('prove', '--to', '2h', '--json');
    writeFileSync(file, text);
    expect([code, JSON.parse(stdout).complete]).toEqual([1, false]);
  });

  test('documents of one tenant are no proof for another that shares their data stream', async () => {
    const many = await startEmulator({ tenants: [{ content }, { content }] });
    const both = await makeWorkplace({ streams: [streamFor(many), streamFor(many, 1)] });
    expect((await run(['run', '--once', '--policy', both.policy])).code).toBe(0);
    const [first, second] = many.tenants.map(({ tenantId }) => tenantId);
    for (const name of readdirSync(both.output).filter((entry) => entry.endsWith('.ndjson'))) {
      const lines = readFileSync(join(both.output, name), 'utf8').split('\n');
      writeFileSync(join(both.output, name), lines.filter((line) => !line.includes(second ?? '')).join('\n'));
    }
    for (const tenant of [first, second]) {
      const { code, stdout } = await run(['prove', '--policy', both.policy, '--tenant', tenant ?? '']);
      expect([code, stdout]).toEqual([1, expect.stringMatching(/Not complete\.\n$/)]);
    }
    await many.close();
    await both.remove();
  });

  test('dead letters that were removed are not delivered records; a replay of the content mends it', async () => {
    const large = { Id: 'large-2', CreationTime: '2026-11-20T08:00:00', Operation: 'x'.repeat(100_000) };
    publish({ contentType: 'DLP.All', records: [large] });
    const small = await makeWorkplace({
      streams: [streamFor(emulator, 0, { maximum_record_size: '64KiB' })],
      output: { type: 'file', path: place.output },
      process: { state_folder: place.state },
    });
    await run(['run', '--once', '--policy', small.policy]);
    const letters = join(place.state, 'dead-letters');
    const { code, stdout } = await aside(letters);
    expect([code, stdout]).toEqual([
      1,
      expect.stringContaining('DLP.All: 1 records were kept as dead letters that are no longer there'),
    ]);
    // The record of this letter lies in a file of its own.
    for (const name of readdirSync(letters)) if (name.endsWith('.raw')) rmSync(join(letters, name));
    expect((await prove()).code).toBe(1);
    for (const name of readdirSync(letters)) rmSync(join(letters, name), { recursive: true });
    expect((await prove()).code).toBe(1);
    expect((await withPolicy('replay', 'window', '--from', '1h', '--type', 'DLP.All')).code).toBe(0);
    expect((await prove()).code).toBe(0);
    expect(compare(truth(), await readDelivered(place.output))).toEqual(nothingAmiss);
  });
});

describe('m365 state', () => {
  test('shows each content type', async () => {
    const { code, stdout } = await withPolicy('state', 'show');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Audit\.Exchange +0 +\d+ +0 +0 +20\d\d-.*Z$/m);
    expect(JSON.parse((await withPolicy('state', 'show', '--json')).stdout)).toHaveLength(5);
  });

  test('says how many documents may be there twice, and so does prove', async () => {
    const ledger = await openTestLedger(place.state);
    const possiblyDuplicate = { dataStream: 'logs-o365.audit-demo', documents: 7, byOthers: 3 };
    await ledger.delivery.commit({ keys: [], possiblyDuplicate });
    await ledger.close();
    for (const words of [
      ['state', 'show'],
      ['prove', '--to', '0s'],
    ]) {
      const { code, stdout } = await withPolicy(...words);
      expect(code).toBe(0);
      expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
        'logs-o365.audit-demo: 7 documents may be there twice: an attempt to send 4 of them had no outcome, 3 may have been delivered before, under another ledger',
      );
    }
    const { doubts } = JSON.parse((await prove()).stdout);
    expect(doubts).toEqual([{ ...possiblyDuplicate, lastAt: noon }]);
  });

  test('is carried to another folder, where it proves the same', async () => {
    const file = join(place.folder, 'exported.ndjson');
    const state = join(place.folder, 'other-state');
    expect((await withPolicy('state', 'export', file)).code).toBe(0);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const again = await withPolicy('state', 'export', file);
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('it exists already')]);
    expect((await run(['state', 'import', file, '--state', state])).code).toBe(0);
    const proved = await withPolicy('prove', '--to', '0s', '--state', state);
    expect([proved.code, proved.stderr]).toEqual([0, '']);
  });

  test('refuses what is no export', async () => {
    const { code, stderr } = await withPolicy('state', 'import', place.policy);
    expect([code, stderr]).toEqual([1, expect.stringContaining('Line 1 of the exported state')]);
  });

  test('is rebuilt from the files after it was lost: the next run delivers nothing twice', async () => {
    const before = await readDelivered(place.output);
    rmSync(place.state, { recursive: true });
    const rebuilt = await withPolicy('state', 'rebuild');
    expect([rebuilt.code, rebuilt.stdout]).toEqual([0, expect.stringContaining('are in the ledger')]);
    expect(readdirSync(place.state)).toContain('ledger.db');
    expect(readdirSync(place.state)).not.toContain('ledger.closed');
    expect((await collect()).code).toBe(0);
    expect((await readDelivered(place.output)).toSorted()).toEqual(before.toSorted());
  });
});

describe('m365 check', () => {
  test('of a sound tenant finds no problem, and lists the hosts', async () => {
    const { code, stdout } = await withPolicy('check');
    expect(stdout).toMatch(/ok +roles: The token carries ActivityFeed\.Read/);
    expect(stdout).toMatch(/ok +auditing: It is on/);
    expect(stdout).toMatch(/ok +Audit\.Exchange: subscribed; \d+ content blobs?/);
    expect(stdout).toMatch(/A firewall has to let through\n {2}127\.0\.0\.1:\d+\n/);
    expect(code).toBe(0);
    expect(stdout).toMatch(/epr\.elastic\.co:443.*allowRegistryPackageUploads: true/s);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test('of a policy that comes from an old package says which command upgrades it', async () => {
    const old = join(place.folder, 'old-package.yml');
    const meta = 'meta: {package: {name: m365, version: 0.0.1}}';
    const text = readFileSync(place.policy, 'utf8');
    writeFileSync(old, text.replace(/^( *)type: m365$/m, `$1type: m365\n$1${meta}`), { mode: 0o600 });
    const { code, stdout } = await run(['check', '--policy', old]);
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /Input m365-test problem package: .*m365 0\.0\.1.* `m365 install --package m365 --kibana URL`/,
    );
    expect(code).toBe(1);
  });

  test.each([
    [
      'no consent',
      { roles: [] },
      /problem +roles: The token carries no ActivityFeed\.Read .*Grant admin consent/,
    ],
    [
      'no DLP role',
      { roles: ['ActivityFeed.Read'] },
      /note +roles: Without ActivityFeed\.ReadDlp, which is optional/,
    ],
    ['an expired secret', { secretExpired: true }, /problem +token: .*AADSTS7000222/],
  ])('of a tenant with %s says it, with what to do', async (_, patch, line) => {
    const tenant = emulator.tenants[0]?.tenantId ?? '';
    emulator.updateTenant(tenant, patch);
    const { code, stdout } = await withPolicy('check');
    emulator.updateTenant(tenant, {
      roles: ['ActivityFeed.Read', 'ActivityFeed.ReadDlp'],
      secretExpired: false,
    });
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(line);
    expect(code).toBe(/^problem/.test(line.source) ? 1 : 0);
  });

  test('of a host that cannot be reached says so, and checks the rest', async () => {
    const stream = { ...streamFor(emulator), login_url: 'http://127.0.0.1:9' };
    const { policy } = await makeWorkplace({ streams: [stream] });
    const { code, stdout } = await run(['check', '--policy', policy, '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout).findings).toEqual([
      expect.objectContaining({
        name: 'token',
        state: 'problem',
        message: expect.stringContaining('127.0.0.1:9'),
      }),
      expect.objectContaining({ name: 'folder', state: 'ok' }),
      expect.objectContaining({ name: 'state folder', state: 'ok' }),
    ]);
  });
});
