// Builds the release folder and runs the tests of what is in it, those of its life under an agent too. Further arguments go
// to jest.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { buildWith, releaseFolder, root } from './release.ts';

/** The environment in which it is built holds what must not get into it. */
const secrets = { M365_CLIENT_SECRET: 'secret-of-a-tenant', ELASTICSEARCH_API_KEY: 'key-of-a-cluster' };

const executable = join(releaseFolder, 'm365');

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
    { cwd: root, env: { ...process.env, ...secrets, M365_TEST_COLLECTOR: executable }, stdio: 'inherit' },
  );
  return status ?? 1;
}

await buildWith(secrets);
process.exitCode = runTests();
