import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const root = join(import.meta.dirname, '..', '..');

test('a mistake in a record-type file is told its author in a line, without a stack trace', () => {
  const copy = mkdtempSync(join(tmpdir(), 'm365-test-'));
  for (const each of ['dashboards', 'fields', 'input', 'pipelines', 'package.json', 'manifest.yml'])
    cpSync(join(root, each), join(copy, each), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  appendFileSync(join(copy, 'pipelines', 'audit', 'record-types', 'forms.yml'), '\nmesage: something\n');
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(copy, 'input', 'cli', 'generate.ts')],
    { cwd: copy, encoding: 'utf8' },
  );
  rmSync(copy, { recursive: true });
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /^pipelines\/audit\/record-types\/forms\.yml:\d+: unknown key "mesage"; did you mean "message"\?\n$/,
  );
});
