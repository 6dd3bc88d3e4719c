import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { run } from './command.ts';

test('after the first start, no command needs Node’s TypeScript parser in its memory', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'm365-test-'));
  const environment = { NODE_COMPILE_CACHE: folder };
  expect(await run(['--version'], environment)).toMatchObject({ code: 0 });
  const traced = { ...environment, NODE_DEBUG_NATIVE: 'COMPILE_CACHE' };
  for (const command of ['run', 'start', 'check', 'map']) {
    const { stdout, stderr } = await run([command, '--help'], traced);
    const stripped = `${stdout}${stderr}`.match(/reading cache from \S+ for StrippedTypeScript.*/g) ?? [];
    expect(stripped.length).toBeGreaterThan(10);
    expect(stripped.filter((line) => !line.includes('success'))).toEqual([]);
  }
  rmSync(folder, { recursive: true });
});
