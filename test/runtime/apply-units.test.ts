import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { type Emulator, startEmulator } from '../../input/emulator/index.ts';
import { lockFolder } from '../../input/files/folder-lock.ts';
import { IdleClock } from '../contract/idle-clock.ts';
import { chooseSeed, compare, nothingAmiss, streamFor } from '../end-to-end/harness.ts';
import { temporaryFolder } from '../state/state-folder.ts';
import { fileUnit, inputUnit, openProcess, unit } from './process-harness.ts';
import { changeUnderFire } from './under-fire.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Two tenants with a hundred records each, and a process that is told nothing yet. */
async function start() {
  const clock = new IdleClock();
  const content = { records: 100, recordsPerBlob: 20, ratePerMinute: 0 };
  const emulator = await startEmulator({ clock, tenants: [{ content }, { content }] });
  closers.push(() => emulator.close());
  const folder = temporaryFolder();
  closers.push(() => folder[Symbol.dispose]());
  const running = await openProcess({ folder: folder.path, clock, random: () => 0.5 });
  closers.push(() => clock.during(running.collector.close()));
  const path = (name: string) => join(folder.path, name);
  const stream = (index: number, more: object = {}) => ({
    id: `s${index}`,
    ...streamFor(emulator, index),
    ...more,
  });
  const arrived = (index: number, ...folders: string[]) =>
    clock.until(
      async () => compare(idsOf(emulator, index), await running.delivered(...folders)).missing.length === 0,
    );
  return { ...running, emulator, clock, path, stream, arrived };
}

const tenantOf = (emulator: Emulator, index: number) => emulator.tenants[index]?.tenantId ?? '';

const idsOf = (emulator: Emulator, index: number) =>
  [...emulator.distinctIds({ tenantId: tenantOf(emulator, index) })].map(({ id }) => id);

const publish = (emulator: Emulator, index: number) =>
  emulator.publish({ tenant: tenantOf(emulator, index), contentType: 'Audit.General', generate: 10 });

test('nothing runs until there are units, and what is new runs beside what is there', async () => {
  const { apply, collector, emulator, path, stream, arrived, opened } = await start();
  expect(await apply([])).toEqual([]);
  const output = fileUnit('files', path('out'));
  const first = inputUnit('first', 'files', [stream(0)]);
  await apply([output, first]);
  await arrived(0, 'out');
  await apply([output, first, inputUnit('second', 'files', [stream(1)])]);
  await arrived(1, 'out');
  expect([opened('s0'), opened('s1')]).toEqual([1, 1]);
  expect(collector.unitStates().map(({ id, health }) => [id, health])).toContainEqual(['files', 'healthy']);
  const tokens = [...emulator.requests.entries()].filter(({ operation }) => operation === 'token');
  expect(tokens.map(({ tenant }) => tenant)).toEqual([tenantOf(emulator, 0), tenantOf(emulator, 1)]);
});

test('a stream that is no longer wanted ends alone, and is shown as stopped', async () => {
  const { apply, emulator, path, stream, arrived, opened, delivered, shown } = await start();
  const output = fileUnit('files', path('out'));
  const both = inputUnit('both', 'files', [stream(0), stream(1)]);
  await apply([output, both]);
  await Promise.all([arrived(0, 'out'), arrived(1, 'out')]);
  await apply([output, inputUnit('both', 'files', [stream(1)])]);
  expect(shown(tenantOf(emulator, 0), 'Audit.General')?.health).toBe('stopped');
  publish(emulator, 0);
  publish(emulator, 1);
  await arrived(1, 'out');
  expect(compare(idsOf(emulator, 0), await delivered('out')).missing).toHaveLength(10);
  await apply([output, both]);
  await arrived(0, 'out');
  expect([opened('s0'), opened('s1')]).toEqual([2, 1]);
  const all = [...idsOf(emulator, 0), ...idsOf(emulator, 1)];
  expect(compare(all, await delivered('out'))).toEqual(nothingAmiss);
});

test('only the stream whose settings changed begins anew, whatever else of its unit is written otherwise', async () => {
  const { apply, path, stream, arrived, opened } = await start();
  const output = fileUnit('files', path('out'));
  await apply([output, inputUnit('both', 'files', [stream(0), stream(1)])]);
  await Promise.all([arrived(0, 'out'), arrived(1, 'out')]);
  const changed = [stream(1, { tags: ['new'] }), stream(0)];
  await apply([output, inputUnit('both', 'files', changed, { name: 'renamed' })]);
  expect([opened('s0'), opened('s1')]).toEqual([1, 2]);
});

test('a stream goes over to another output, and the old one is closed when it has', async () => {
  const { apply, emulator, clock, path, stream, arrived, opened, delivered } = await start();
  const outputs = [fileUnit('old', path('old')), fileUnit('new', path('new'))];
  await apply([...outputs, inputUnit('one', 'old', [stream(0)])]);
  await arrived(0, 'old');
  await apply([...outputs.slice(1), inputUnit('one', 'new', [stream(0)])]);
  // Nobody has it any more.
  lockFolder(path('old'), 'folder', clock.now()).release();
  publish(emulator, 0);
  await arrived(0, 'old', 'new');
  expect(await delivered('new')).toHaveLength(10);
  expect(compare(idsOf(emulator, 0), await delivered('old', 'new'))).toEqual(nothingAmiss);
  expect(opened('s0')).toBe(2);
});

test('an output with other settings takes over the folder of the one that it follows', async () => {
  const { apply, emulator, path, stream, arrived, opened, delivered } = await start();
  const input = inputUnit('one', 'files', [stream(0)]);
  await apply([fileUnit('files', path('out')), input]);
  await arrived(0, 'out');
  const states = await apply([fileUnit('files', path('out'), { rotate_size: '1MiB' }), input]);
  expect(states[0]).toMatchObject({ id: 'files', health: 'healthy' });
  publish(emulator, 0);
  await arrived(0, 'out');
  expect(compare(idsOf(emulator, 0), await delivered('out'))).toEqual(nothingAmiss);
  expect(opened('s0')).toBe(2);
});

test('a unit that cannot be read has failed, goes on as it was, and is nobody else’s trouble', async () => {
  const { apply, emulator, path, stream, arrived, opened, delivered } = await start();
  const output = fileUnit('files', path('out'));
  const second = inputUnit('second', 'files', [stream(1)]);
  await apply([output, inputUnit('first', 'files', [stream(0)])]);
  await arrived(0, 'out');
  const wrong = inputUnit('first', 'files', [stream(0, { interval: 'soon' })]);
  const states = await apply([output, wrong, second]);
  expect(states.find(({ id }) => id === 'first')).toMatchObject({ health: 'failed' });
  expect(states.find(({ id }) => id === 'first')?.message).toMatch(
    /^unit first, streams\[0\]\.interval: interval/,
  );
  publish(emulator, 0);
  await Promise.all([arrived(0, 'out'), arrived(1, 'out')]);
  expect([opened('s0'), opened('s1')]).toEqual([1, 1]);
  const repeated = inputUnit('third', 'files', [stream(0, { id: 's2' })]);
  const last = await apply([output, repeated, inputUnit('first', 'files', [stream(0)]), second]);
  expect(last.map(({ health }) => health === 'failed')).toEqual([false, true, false, false]);
  expect(opened('s0')).toBe(1);
  expect(compare(idsOf(emulator, 0), await delivered('out')).doubled).toEqual([]);
});

test('a unit with a wrong secret has failed, and the others deliver', async () => {
  const { apply, collector, path, stream, arrived, opened, clock } = await start();
  const output = fileUnit('files', path('out'));
  const good = inputUnit('good', 'files', [stream(0)]);
  const bad = inputUnit('bad', 'files', [stream(1, { client_secret: 'not-the-one' })]);
  await apply([output, bad, good]);
  await arrived(0, 'out');
  const stateOf = (id: string) => collector.unitStates().find((each) => each.id === id);
  await clock.until(() => stateOf('bad')?.health === 'failed');
  expect(stateOf('bad')?.message).toContain('AADSTS7000215');
  expect(stateOf('good')?.health).not.toBe('failed');
  await apply([output, inputUnit('bad', 'files', [stream(1)]), good]);
  await arrived(1, 'out');
  expect(opened('s0')).toBe(1);
});

test('an output that cannot be opened has failed with its streams, and is tried again with the next units', async () => {
  const { apply, collector, path, stream, arrived, opened, clock } = await start();
  const outputs = [fileUnit('files', path('out')), fileUnit('taken', path('taken'))];
  await apply([...outputs]);
  await apply(outputs.slice(0, 1));
  const lock = lockFolder(path('taken'), 'folder', clock.now());
  const inputs = [inputUnit('good', 'files', [stream(0)]), inputUnit('bad', 'taken', [stream(1)])];
  await apply([...outputs, ...inputs]);
  await arrived(0, 'out');
  const failed = () => collector.unitStates().flatMap(({ id, health }) => (health === 'failed' ? [id] : []));
  expect(failed()).toEqual(['taken', 'bad']);
  lock.release();
  await apply([...outputs, ...inputs]);
  await arrived(1, 'taken');
  expect(failed()).toEqual([]);
  expect(opened('s0')).toBe(1);
});

test('an output that is changed to one that nobody can reach waits, and is well again once it is changed back', async () => {
  const { apply, path, stream, arrived, emulator } = await start();
  const input = inputUnit('one', 'out', [stream(0)]);
  const settings = { type: 'elasticsearch', hosts: ['http://127.0.0.1:1'], api_key: 'a:b' };
  await apply([fileUnit('out', path('out')), input]);
  await arrived(0, 'out');
  const [waiting] = await apply([unit('output', 'out', settings), input]);
  expect(waiting?.health).toBe('failed');
  expect(waiting?.message).toContain('it is tried again');
  publish(emulator, 0);
  const [well] = await apply([fileUnit('out', path('out')), input]);
  expect(well?.health).toBe('healthy');
  await arrived(0, 'out');
});

test('of calls that come while another is worked off, the last one counts', async () => {
  const { apply, path, stream, arrived, opened } = await start();
  const output = fileUnit('files', path('out'));
  const first = inputUnit('first', 'files', [stream(0)]);
  const calls = [
    apply([output, first]),
    apply([]),
    apply([output, first, inputUnit('second', 'files', [stream(1)])]),
  ];
  const states = await Promise.all(calls);
  expect(states.map((each) => each.map(({ id }) => id))).toEqual(Array(3).fill(['files', 'first', 'second']));
  await Promise.all([arrived(0, 'out'), arrived(1, 'out')]);
  expect([opened('s0'), opened('s1')]).toEqual([1, 1]);
});

test('the completeness of a stream that leaves is told before it is gone, and then only that of the others', async () => {
  const { apply, collector, emulator, path, stream, arrived, clock } = await start();
  const output = fileUnit('files', path('out'));
  const report = { data_stream: { dataset: 'm365.collection' }, interval: '1h' };
  await apply([output, inputUnit('both', 'files', [stream(0), stream(1), report])]);
  await Promise.all([arrived(0, 'out'), arrived(1, 'out')]);
  const told = () =>
    readdirSync(path('out'))
      .filter((name) => name.startsWith('logs-m365.collection-demo'))
      .flatMap((name) =>
        readFileSync(join(path('out'), name), 'utf8')
          .trim()
          .split('\n'),
      )
      .map((line) => JSON.parse(line))
      .map(({ organization, m365 }) => [organization.id, m365.collection.records.delivered]);
  const sumOf = (index: number) =>
    told().reduce((sum, [id, count]) => sum + (id === tenantOf(emulator, index) ? count : 0), 0);
  await apply([output, inputUnit('both', 'files', [stream(1), report])]);
  expect([sumOf(0), sumOf(1)]).toEqual([100, 100]);
  const before = told().length;
  await clock.during(collector.close());
  const last = told().slice(before);
  expect(new Set(last.map(([id]) => id))).toEqual(new Set([tenantOf(emulator, 1)]));
});

test('how much is logged can be changed while it runs', async () => {
  const { collector, log } = await start();
  const levels: string[] = [];
  Object.assign(log, { setLevel: (level: string) => levels.push(level) });
  collector.setLogLevel('debug');
  expect(levels).toEqual(['debug']);
});

test('a second unit of the same id has failed, and so has an output of a kind that nobody knows', async () => {
  const { apply, path } = await start();
  const states = await apply([
    fileUnit('files', path('a')),
    fileUnit('files', path('b')),
    unit('output', 'odd', { type: 'nothing' }),
  ]);
  expect(states.map(({ health }) => health === 'failed')).toEqual([false, true, true]);
});

const seed = chooseSeed();

test(`under fire, everything is collected once and what did not change is not begun anew (seed ${seed})`, async () => {
  const { found, begun, wanted } = await changeUnderFire({ seed, rounds: 20 });
  expect(found).toEqual(nothingAmiss);
  expect(begun).toEqual(wanted);
});
