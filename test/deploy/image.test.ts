// What the Dockerfile puts together, put together here: its files, and the packages that npm installs without --dev.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

const root = join(import.meta.dirname, '..', '..');
const dockerfile = readFileSync(join(root, 'deploy', 'Dockerfile'), 'utf8');
const [, image = ''] = dockerfile.split(/^FROM .*\n(?=WORKDIR \/app\nCOPY --from)/m);

let folder: string;
const app = () => join(folder, 'app');

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'm365-image-'));
  for (const [, line = ''] of image.matchAll(/^COPY (?!--from)(.*)$/gm)) copy(line.split(' '));
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  for (const [path, { dev }] of Object.entries<{ dev?: boolean }>(lock.packages))
    if (/^node_modules\/(?:@[^/]+\/)?[^/]+$/.test(path) && !dev) link(path);
});

afterAll(() => rmSync(folder, { recursive: true }));

function copy(words: readonly string[]): void {
  const to = words.at(-1) ?? '';
  for (const from of words.slice(0, -1)) {
    const target = to.endsWith('/') ? join(app(), to, from) : join(app(), to);
    cpSync(join(root, from), target, { recursive: true });
  }
}

function link(path: string): void {
  mkdirSync(dirname(join(app(), path)), { recursive: true });
  symlinkSync(join(root, path), join(app(), path));
}

const program = () => join(app(), 'input', 'cli', 'm365.js');
const environment = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' };

function run(words: readonly string[]) {
  return spawnSync(process.execPath, [program(), ...words], {
    // As in the image, where the working directory is the root, and /data the volume.
    cwd: folder,
    env: environment,
    encoding: 'utf8',
  });
}

test('the image holds all that the package is built from', () => {
  const { status, stderr } = run(['package', '--to', join(folder, 'out')]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

test('the image holds all that the preview serves', async () => {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' });
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const words = ['preview', '--url', `http://127.0.0.1:${port}`, '--port', '0'];
  const preview = spawn(process.execPath, [program(), ...words], { cwd: folder, env: environment });
  const page = await printedAddress(preview);
  for (const path of ['', 'packages/echarts.js', 'packages/topojson.js', 'packages/world.json'])
    expect((await fetch(`${page}${path}`)).status).toBe(200);
  preview.kill();
  server.close();
});

function printedAddress({ stdout, stderr }: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    stdout?.once('data', (text: Buffer) => resolve(/http:\S+$/m.exec(text.toString().trim())?.[0] ?? ''));
    stderr?.once('data', (text: Buffer) => reject(new Error(text.toString())));
  });
}

test('all commands keep their state in the volume', () => {
  const policy = join(folder, 'policy.yml');
  cpSync(join(root, 'deploy', 'sample-policy.yml'), policy);
  const [, workdir] = /^WORKDIR (\S+)\nVOLUME/m.exec(image) ?? [];
  expect(workdir).toBe('/');
  const [, words = ''] = /^CMD (.*)$/m.exec(image) ?? [];
  expect(JSON.parse(words)).toEqual(['run', '--policy', '/policy.yml']);
  const shown = spawnSync(process.execPath, [program(), 'run', '--policy', policy, '--show-settings'], {
    cwd: folder,
    env: { ...environment, M365_CLIENT_SECRET: 'a-secret-value', ELASTICSEARCH_API_KEY: 'id:key-value' },
    encoding: 'utf8',
  });
  expect(shown.stdout).toMatch(/^ {2}state_folder: \.\/data\/state$/m);
});
