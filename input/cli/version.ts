// Says which program this is: the version of its package, the commit it was made of, and the Node that runs it.

import { execFileSync } from 'node:child_process';
import { isObject } from '../../pipelines/json/unknown.ts';
import { isBundled, ownPath, readOwnText } from '../../pipelines/own-files.ts';

/** The file in which the build notes the commit for the bundle. */
export const commitFile = 'compiled/commit.txt';

export function readVersion(): string {
  const manifest: unknown = JSON.parse(readOwnText('package.json'));
  return isObject(manifest) ? String(manifest.version) : '';
}

/** Reads the commit, `unknown` where neither the build nor a repository tells. */
export function readCommit(): string {
  if (isBundled) return readOwnText(commitFile);
  // The folder may lie within somebody else's repository, and then it has a prefix there.
  const [prefix, commit = ''] = askGit('rev-parse', '--show-prefix', 'HEAD').split('\n');
  return prefix === '' && commit !== '' ? commit : 'unknown';
}

/** Describes the program in a line. */
export function describeProgram(): string {
  return `m365 ${readVersion()}, commit ${readCommit()}, Node ${process.versions.node}`;
}

/** Returns what Git says about the folder of the program, and nothing where that is no repository or there is no Git. */
export function askGit(...words: readonly string[]): string {
  try {
    return execFileSync('git', words, {
      cwd: ownPath('.'),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return '';
  }
}
