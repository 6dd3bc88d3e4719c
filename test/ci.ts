// Runs every check one after the other and adds up what they counted. A step that cannot run here says why.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Count {
  passed: number;
  failed: number;
  skipped: string[];
}

const total: Count = { passed: 0, failed: 0, skipped: [] };
const reports = mkdtempSync(join(tmpdir(), 'm365-ci-'));

/** A change is judged by the same cases each time; new ones are explored where somebody can look into what they find. */
const seeds = { M365_TEST_SEED: process.env.M365_TEST_SEED ?? '20261121' };

interface JestReport {
  numPassedTests: number;
  numFailedTests: number;
  numRuntimeErrorTestSuites: number;
  testResults: { assertionResults: { status: string; fullName: string }[] }[];
}

function readReport(file: string): JestReport | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as JestReport;
  } catch {
    return undefined;
  }
}

/** A step that ran jest: its tests are counted one by one. */
function runTests(script: string, ...words: string[]): void {
  const title = [script, ...words].join(' ');
  console.log(`\n── npm run ${title}`);
  const file = join(reports, `${title.replaceAll(/\W+/g, '-')}.json`);
  const { status } = spawnSync(
    'npm',
    ['run', '-s', script, '--', ...words, '--json', `--outputFile=${file}`],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, ...seeds },
    },
  );
  const report = readReport(file);
  if (!report) {
    if (status === 0) total.skipped.push(`${title} (no Elasticsearch here)`);
    else total.failed += 1;
    return;
  }
  const tests = report.testResults.flatMap((result) => result.assertionResults);
  total.passed += report.numPassedTests;
  total.failed += report.numFailedTests + report.numRuntimeErrorTestSuites;
  for (const test of tests) if (test.status === 'pending') total.skipped.push(test.fullName);
  if (status !== 0 && report.numFailedTests + report.numRuntimeErrorTestSuites === 0) total.failed += 1;
}

/** A step that passes or fails as a whole, or says in a line that it is skipped. */
function runCheck(script: string, ...words: string[]): void {
  console.log(`\n── npm run ${[script, ...words].join(' ')}`);
  const { status, stdout } = spawnSync('npm', ['run', '-s', script, '--', ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    env: { ...process.env, ...seeds },
  });
  process.stdout.write(stdout);
  const [, skipped] = /^skipped: (.*)$/m.exec(stdout) ?? [];
  if (skipped !== undefined) total.skipped.push(skipped);
  else if (status === 0) total.passed += 1;
  else total.failed += 1;
}

runTests('test');
runTests('test:executable');
runCheck('lint');
runCheck('typecheck');
runTests('test:elasticsearch');
runTests('test:elasticsearch', '--create-only');
runCheck('campaign', 'kill-files', '--short');
runCheck('campaign', 'kill-elasticsearch', '--short');
runCheck('campaign', 'kill-create-only', '--short');
runCheck('campaign', 'agent', '--short');
runCheck('campaign', 'apply-units', '--short');
runCheck('campaign', 'graph', '--short');
rmSync(reports, { recursive: true, force: true });

for (const name of total.skipped) console.log(`skipped: ${name}`);
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped.length} skipped`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
