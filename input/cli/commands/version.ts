// The command `m365 version`: it says which program this is, for whoever reports a fault or compares machines.

import { Command } from 'commander';
import { printText } from '../terminal/terminal.ts';
import { describeProgram } from '../version.ts';

const teaching = `
Example:
  m365 version        m365 0.1.0, commit 5f0c2d1e…, Node 24.21.0`;

export function versionCommand(): Command {
  return new Command('version')
    .summary('name version, commit and Node')
    .description('Names the version, the commit it was made of, and the Node that runs it.')
    .addHelpText('after', teaching)
    .action(() => printText(describeProgram()));
}
