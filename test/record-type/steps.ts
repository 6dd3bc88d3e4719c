// The steps that follow an edit, each in a process of its own: what one generates, the next one reads anew.

import { spawnSync } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import type { FileChoice } from './choose.ts';
import { root } from './scaffold.ts';

const quiet = '--disable-warning=ExperimentalWarning';

/** What is wrong with the files is printed by the generator itself. */
export function generate(): boolean {
  return run([quiet, 'input/cli/generate.ts']);
}

export function accept(): boolean {
  return run([quiet, 'test/accept.ts']);
}

/** What holds for every record-type file. */
const rules = ['outcomes', 'event-types', 'messages', 'pivots'];

/**
 * Prints a line where all passed, else the tests that failed and why. What holds for every file need not hold yet for
 * one that was only begun.
 */
export function runTests({ events, isNew }: FileChoice): boolean {
  const results = [runJest(['golden'], chooseTests(events)), isNew ? [] : runJest(rules, [])].flat();
  const failed = results.filter(({ status }) => status === 'failed');
  const passed = results.filter(({ status }) => status === 'passed').length;
  for (const { fullName, failureMessages } of failed.slice(0, mostShown))
    console.log(`failed: ${fullName}\n${shortenMessage(failureMessages[0])}`);
  if (failed.length > mostShown)
    console.log(`… and ${failed.length - mostShown} more (npm test -- test/pipelines)`);
  console.log(
    failed.length === 0
      ? `tests: ${passed} passed`
      : `tests: ${failed.length} failed, ${passed} passed\n${advice(events)}`,
  );
  return failed.length === 0;
}

interface TestResult {
  readonly fullName: string;
  readonly status: string;
  readonly failureMessages: readonly string[];
}

const mostShown = 5;

function chooseTests(events: string | undefined): string[] {
  if (events === undefined) return [];
  return ['-t', `( ${events}/| of ${events}$|that ${events} singles out|each case that)`];
}

/** Throws where the tests could not be run at all. */
function runJest(names: readonly string[], more: readonly string[]): readonly TestResult[] {
  const files = names.map((name) => `test/pipelines/${name}.test.ts`);
  const jest = ['node_modules/jest/bin/jest.js', '--selectProjects=unit', '-w', '1', '--json', '--silent'];
  const { stdout, stderr } = start([quiet, '--experimental-vm-modules', ...jest, ...files, ...more]);
  const report: { testResults: { assertionResults: TestResult[]; message: string }[] } = JSON.parse(
    stdout === '' ? 'null' : stdout,
  ) ?? { testResults: [{ assertionResults: [], message: stderr }] };
  return report.testResults.flatMap(({ assertionResults, message }) => {
    if (assertionResults.length === 0) throw new Error(message);
    return assertionResults;
  });
}

/** Without colours, and without where in the test it was noticed. */
function shortenMessage(message = ''): string {
  return stripVTControlCharacters(message)
    .split('\n')
    .filter(
      (line) => /^\s*[+-] |^(?:Expected|Received)/.test(line) && !/^[+-] (?:Expected|Received)/.test(line),
    )
    .map((line) => `  ${line}`)
    .join('\n');
}

function advice(events = 'NAME'): string {
  return `What holds for every file: each record type, operation and case that it
singles out has an event in test/events/${events}/; each field of a document is
defined; the steps of an outcome look at ResultStatus too; addresses go to a
field of ECS. docs/mapping-language.md says more.`;
}

function run(args: readonly string[]): boolean {
  const { status, stdout, stderr } = start(args);
  if (status !== 0) process.stderr.write(stderr === '' ? stdout : stderr);
  return status === 0;
}

function start(args: readonly string[]) {
  return spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 });
}
