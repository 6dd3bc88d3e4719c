// Builds the release folder and runs the tests of what is in it. Further arguments go to jest.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { buildWith, root } from './release.ts';

/** The environment in which it is built holds what must not get into it. */
const secrets = { M365_CLIENT_SECRET: 'secret-of-a-tenant', ELASTICSEARCH_API_KEY: 'key-of-a-cluster' };

function runTests(): number {
  const { status } = spawnSync(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      '--experimental-vm-modules',
      join(root, 'node_modules', 'jest', 'bin', 'jest.js'),
      '--selectProjects',
      'executable',
      '--runInBand',
      ...process.argv.slice(2),
    ],
    { cwd: root, env: { ...process.env, ...secrets }, stdio: 'inherit' },
  );
  return status ?? 1;
}

await buildWith(secrets);
process.exitCode = runTests();
