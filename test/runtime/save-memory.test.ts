import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const file = join(import.meta.dirname, '..', '..', 'input', 'runtime', 'save-memory.ts');

test('memory is saved by flags that this V8 has: one that it lacks is only complained of, and nothing saved', () => {
  const program = `import { saveMemoryFor } from ${JSON.stringify(file)}; saveMemoryFor(100);`;
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', program],
    { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } },
  );
  expect({ stdout, stderr, status }).toEqual({ stdout: '', stderr: '', status: 0 });
});
