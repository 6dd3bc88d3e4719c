import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const cli = join(import.meta.dirname, '..', '..', 'input', 'cli');
const pretendOld =
  'data:text/javascript,Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.11.0" } })';

function runOnOldNode(folder: string, words: readonly string[], input = '') {
  return spawnSync(process.execPath, ['--import', pretendOld, join(folder, 'm365.js'), ...words], {
    encoding: 'utf8',
    input,
  });
}

test('an older Node hands over to the one that came with the packages, exit code and all', () => {
  expect(runOnOldNode(cli, ['--version'])).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^m365 \d+\.\d+\.\d+, commit \S+, Node 24\.\S+\n$/),
    stderr: '',
  });
  const refused = runOnOldNode(cli, ['map'], 'no record\n');
  expect(refused).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^m365: Nothing could be mapped/),
  });
});

test('where that one is not there, it says which is needed and how to get it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'm365-test-'));
  const bare = join(folder, 'input', 'cli');
  mkdirSync(join(bare, 'launcher'), { recursive: true });
  for (const file of ['m365.js', 'launcher/find-node.js']) cpSync(join(cli, file), join(bare, file));
  cpSync(join(cli, '..', '..', 'package.json'), join(folder, 'package.json'));
  const { status, stdout, stderr } = runOnOldNode(bare, ['run']);
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toBe(
    `m365: This is Node 20.11.0, and m365 needs Node 24. Run "npm ci" in ${folder}/, which brings it along, or install Node 24.\n`,
  );
  rmSync(folder, { recursive: true });
});
