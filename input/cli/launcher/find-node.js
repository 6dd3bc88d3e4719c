// Hands a command line over from an older Node to the one that everything runs on, which `npm ci` puts beside the
// program. This file runs on whatever Node people have.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const needed = 24;
const name = process.platform === 'win32' ? 'node.exe' : 'node';
const own = fileURLToPath(new URL(`../../../node_modules/node/bin/${name}`, import.meta.url));

export const isOldNode = Number(process.versions.node.split('.')[0]) < needed;

/** Runs the same command line with the Node that came with the packages, and ends as that one ends. */
export function runWithOwnNode(program) {
  if (!existsSync(own)) {
    process.stderr.write(
      `m365: This is Node ${process.versions.node}, and m365 needs Node ${needed}. Run "npm ci" in ${fileURLToPath(new URL('../../..', import.meta.url))}, which brings it along, or install Node ${needed}.\n`,
    );
    process.exitCode = 1;
    return;
  }
  const child = spawn(own, [program, ...process.argv.slice(2)], { stdio: 'inherit' });
  // A terminal sends Ctrl-C to both processes; a supervisor sends its signals to this one only.
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`m365: ${own} could not be started: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exitCode = code ?? 1;
    else {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    }
  });
}
