import { globSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { startEmulator } from '../../input/emulator/index.ts';
import { compare, makeWorkplace, nothingAmiss, readDelivered, streamFor } from '../end-to-end/harness.ts';
import { listenLocally } from './listen-locally.ts';
import { fromRepository, type Outcome, placeAlone, releaseFolder, root, runIn } from './release.ts';

const programs = placeAlone();

afterAll(() => {
  for (const { folder } of programs) rmSync(folder, { recursive: true });
});

/** Nothing is to be found by name: neither Node nor a shell. */
const environment = { PATH: '/nowhere' };

/** The time at which a record was read differs from run to run. */
const withoutReadingTime = (text: string) => text.replace(/("created":|event\.created +)"[^"]+"/g, '$1"…"');

const samples = globSync('test/events/*/*.json', { cwd: root })
  .filter((file) => !file.endsWith('.expected.json'))
  .toSorted()
  .map((file) => JSON.stringify(JSON.parse(readFileSync(join(root, file), 'utf8'))))
  .join('\n');

/** What the repository says to the same words, found out once. */
const answers = new Map<string, Promise<Outcome>>();

function runRepository(words: readonly string[], input = ''): Promise<Outcome> {
  const key = words.join(' ');
  const answer = answers.get(key) ?? runIn([...fromRepository, ...words], { folder: root, input });
  answers.set(key, answer);
  return answer;
}

describe.each(programs)('$about, alone in a folder and without a Node on the path', ({ folder, command }) => {
  const run = (words: readonly string[], input?: string) =>
    runIn([...command, ...words], { folder, environment, ...(input !== undefined && { input }) });

  test('says which version, commit and Node it is', async () => {
    const { stdout } = await runIn(['git', 'rev-parse', 'HEAD'], {
      folder: root,
      environment: { PATH: process.env.PATH ?? '' },
    });
    const line = new RegExp(
      `^m365 \\d+\\.\\d+\\.\\d+, commit ${stdout.trim() || 'unknown'}.*, Node 24\\.\\S+\\n$`,
    );
    for (const words of [['version'], ['--version']])
      expect(await run(words)).toMatchObject({ code: 0, stdout: expect.stringMatching(line), stderr: '' });
  });

  test('prints the help of a command as the repository does', async () => {
    for (const command of [
      'run',
      'check',
      'prove',
      'replay',
      'state',
      'map',
      'setup',
      'install',
      'show',
      'agent',
    ])
      expect(await run([command, '--help'])).toEqual(await runRepository([command, '--help']));
  });

  test('says of a command that stays in the repository where to run it', async () => {
    for (const name of ['start', 'emulate', 'package', 'preview'])
      expect(await run([name, '--help'])).toEqual({
        code: 2,
        stdout: '',
        stderr: `m365: m365 ${name} is not part of this program: it holds what a collector's machine needs. From a checkout of the project it runs as: npm run -s m365 -- ${name}.\n`,
      });
  });

  test('makes of every sample the document that the repository makes of it, and explains it alike', async () => {
    for (const words of [
      ['map', '--tenant', 'contoso'],
      ['map', '--preserve-original'],
      ['map', '--explain'],
    ]) {
      const [its, repository] = [await run(words, samples), await runRepository(words, samples)];
      expect(its.stderr).toBe(repository.stderr);
      expect(withoutReadingTime(its.stdout) === withoutReadingTime(repository.stdout)).toBe(true);
      expect(its.stdout.split('\n').length).toBeGreaterThan(samples.split('\n').length);
    }
  });

  test('holds the templates and pipelines that the repository sets up', async () => {
    const its = await run(['setup', '--print']);
    expect(its.stdout.length).toBeGreaterThan(100_000);
    expect(its).toEqual(await runRepository(['setup', '--print']));
  });

  test('uploads the packages of its release to Kibana, and imports its dashboards', async () => {
    let installed: readonly object[] = [];
    const bodies: Buffer[] = [];
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const body = Buffer.concat(chunks);
      if (request.method === 'POST') bodies.push(body);
      const isUnknown = /\/packages\/m365\w*$/.test(request.url ?? '');
      response.writeHead(isUnknown ? 404 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ items: installed, total: installed.length, success: true }));
    });
    await using kibana = await listenLocally(server);
    const { url } = kibana;
    const zipOf = (name: string) => {
      const [zip = ''] = readdirSync(releaseFolder).filter((file) => file.startsWith(`${name}-`));
      return readFileSync(join(releaseFolder, zip));
    };
    const names = ['m365', 'm365_entra'];
    const { code, stderr } = await run(['install', '--package', ...names, '--kibana', url]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(bodies.map((body, index) => body.equals(zipOf(names[index] ?? '')))).toEqual([true, true]);
    installed = [{ name: 'o365', version: '3.10.6', dataStreams: [{ name: 'logs-o365.audit-*' }] }];
    expect(await run(['install', '--collector', '--kibana', url])).toMatchObject({ code: 0, stderr: '' });
    expect(bodies[2]?.equals(zipOf('m365_collector'))).toBe(true);
    const { stdout } = await run(['install', '--dashboards-only', '--kibana', url]);
    expect(stdout).toMatch(/^imported \d+ dashboards/);
    expect(bodies.at(-1)?.toString()).toContain('"type":"dashboard"');
  });

  test('collects, and what it collected is checked, proved, shown and listed by it', async () => {
    const emulator = await startEmulator({
      seed: 12,
      tenants: [{ content: { records: 1_000, recordsPerBlob: 50, days: 1 } }],
      startCooldown: 'off',
    });
    const workplace = await makeWorkplace({ streams: [streamFor(emulator)] });
    const withPolicy = (...words: string[]) => run([...words, '--policy', workplace.policy]);
    try {
      const collected = await withPolicy('run', '--once');
      expect(collected).toMatchObject({
        code: 0,
        stderr: expect.stringContaining('Ended: 1000 records delivered'),
      });
      const delivered = await readDelivered(workplace.output);
      expect(
        compare(
          [...emulator.distinctIds()].map(({ id }) => id),
          delivered,
        ),
      ).toEqual(nothingAmiss);
      const again = await withPolicy('run', '--once');
      expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining('Ended: 0 records delivered') });
      expect(await withPolicy('check')).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('No problems.'),
      });
      expect(await withPolicy('prove', '--from', '24h')).toMatchObject({ code: 0, stderr: '' });
      expect(await withPolicy('state', 'show')).toMatchObject({ code: 0, stderr: '' });
      expect(await withPolicy('replay', 'dead-letters')).toMatchObject({ code: 0, stderr: '' });
      const shown = await withPolicy('show', '--json', '--all', '--filter', 'event.dataset: o365.audit');
      expect(shown.stdout.trimEnd().split('\n')).toHaveLength(delivered.length);
    } finally {
      await emulator.close();
      await workplace.remove();
    }
  });
});
