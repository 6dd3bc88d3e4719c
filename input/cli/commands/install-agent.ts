// The command `m365 install agent`: it puts this program beside the Elastic Agents of this machine, or takes it away.

import { accessSync, constants, existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, parse } from 'node:path';
import { isSea } from 'node:sea';
import { Command } from 'commander';
import { writeSpec } from '../../agent/spec/write-spec.ts';
import { requireAgentHomes } from '../../agent-files/agent-versions.ts';
import type { ComponentFiles } from '../../agent-files/component-files.ts';
import { installFiles, removeFiles, type VersionOutcome } from '../../agent-files/install-files.ts';
import { keepFiles } from '../../agent-files/keep-files.ts';
import { systemClock } from '../../contract/clock.ts';
import { OperatorError } from '../../contract/errors.ts';
import { describeFileFailure } from '../../files/file-failure.ts';
import { parseDuration } from '../../options/units.ts';
import { tryExecutable } from '../install-agent/try-executable.ts';
import { malloc } from '../launcher/start-anew.js';
import { usage } from '../policy-flag.ts';
import { printText } from '../terminal/terminal.ts';

interface InstallAgentFlags {
  readonly agentHome?: string;
  readonly executable?: string;
  readonly spec?: string;
  readonly remove?: boolean;
  readonly wait?: number;
}

const teaching = `
What it does:
  Puts the executable and its m365.spec.yml into the folder "components" of
  every version of the Elastic Agents of this machine, and lists them in the
  flavors of manifest.yaml, without which the agent's installation leaves them
  out. Each file is there whole or not at all. Done again, it changes nothing
  that is as it should be.

  An agent reads its components when it starts: restart it after the first
  time. Its upgrades need nothing; the running program puts itself beside the
  new version. Where the agent comes as a DEB or RPM package, see
  docs/elastic-agent.md for the systemd units that do it.

Examples:
  sudo m365 install agent
  sudo m365 install agent --agent-home /srv/Elastic/Agent
  sudo m365 install agent --remove
  m365 install agent --agent-home elastic-agent-9.1.0-linux-x86_64
                                    an archive, before elastic-agent install
  node input/cli/m365.js install agent --executable build/release/m365

Exit codes: 0 done, 1 a version could not be changed, 2 the command line is
wrong.`;

export function installAgentCommand(): Command {
  return new Command('agent')
    .summary('put this program beside Elastic Agent')
    .description('Puts this program into every version of the Elastic Agents of this machine.')
    .option('--agent-home <folder>', 'the folder that holds the agent’s "data"; else the usual ones')
    .option('--executable <file>', 'the executable; else this program, where it is one')
    .option('--spec <file>', 'its spec; else that beside the executable, or its own')
    .option('--remove', 'take it away from every version')
    .option('--wait <duration>', 'go on for so long, while an upgrade unpacks a version: 10m', readWait)
    .addHelpText('after', teaching)
    .action((flags: InstallAgentFlags) => installAgent(flags));
}

async function installAgent(flags: InstallAgentFlags): Promise<void> {
  const { remove } = flags;
  if (remove && (flags.executable ?? flags.spec) !== undefined)
    throw usage('--remove takes neither --executable nor --spec.', 'Leave them out.');
  const files = remove ? undefined : readFiles(flags);
  const homes = await requireAgentHomes(flags.agentHome);
  const now = Date.now();
  const outcomes = files ? await installFiles(homes, files, now) : await removeFiles(homes, now);
  for (const outcome of outcomes) if (!outcome.error) printText(describe(outcome));
  if (files && flags.wait) return keepFor(flags.wait, homes, files);
  throwFailures(outcomes);
  if (files && !outcomes.some(({ version }) => version.hasComponents)) throw nothingThere(homes);
  if (outcomes.some(({ isChanged }) => isChanged)) printText(remove ? afterRemoval : afterInstallation);
}

/** What fails may be right before the time is over: an upgrade is at work. */
async function keepFor(ms: number, homes: readonly string[], files: ComponentFiles): Promise<void> {
  const print = (_: object, line: string) => printText(line);
  const log = { debug: print, info: print, warn: print, error: print };
  const shared = { files, own: undefined, clock: systemClock, log, signal: AbortSignal.timeout(ms) };
  const problems = await Promise.all(homes.map((home) => keepFiles({ ...shared, home })));
  if (problems.some((each) => each !== undefined)) process.exitCode = 1;
}

function readWait(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  throw usage(`"${text}" is no duration.`, 'Give one such as 10m or 90s.');
}

const describe = ({ version, message }: VersionOutcome) => `${version.folder}: ${message}`;

const afterInstallation =
  'Next: restart the agent if it runs (elastic-agent restart); it looks for components when it starts.';
const afterRemoval =
  'Next: take the inputs of type m365 out of the agent’s policy, or restart it: until then the program goes on.';

function throwFailures(outcomes: readonly VersionOutcome[]): void {
  const failures = outcomes.filter(({ error }) => error);
  const [first] = failures;
  if (!first) return;
  if (failures.length === 1) throw first.error;
  throw new OperatorError({
    code: 'agent-files-refused',
    message: failures.map(({ message }) => message).join('\n'),
    advice: '',
    retry: { kind: 'never' },
  });
}

function nothingThere(homes: readonly string[]): OperatorError {
  return new OperatorError({
    code: 'agent-missing',
    message: `No version of the agent in ${homes.join(', ')} has a folder components.`,
    advice:
      'If it is just being installed or upgraded, run this again after that; else name another --agent-home.',
    retry: { kind: 'never' },
  });
}

function readFiles(flags: InstallAgentFlags): ComponentFiles {
  const executable = findExecutable(flags.executable);
  const beside = join(dirname(executable), `${parse(executable).name}.spec.yml`);
  const file = flags.spec ?? (existsSync(beside) ? beside : undefined);
  return { executable, spec: file === undefined ? writeSpec(malloc) : readSpec(file), tryOut: tryExecutable };
}

function findExecutable(named: string | undefined): string {
  if (named === undefined && !isSea())
    throw usage(
      'This program is not the single executable that an agent can start.',
      'Build that (npm run build), and name it: --executable build/release/m365.',
    );
  const file = named ?? process.execPath;
  try {
    accessSync(file, constants.R_OK);
    if (statSync(file).isDirectory()) throw Object.assign(new Error('it is a folder'), { code: 'EISDIR' });
    return realpathSync(file);
  } catch (cause) {
    throw usage(`Cannot read the executable ${file}: ${describeFileFailure(cause)}.`, 'Name the file.');
  }
}

function readSpec(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw usage(
      `Cannot read the spec ${file}: ${describeFileFailure(cause)}.`,
      'Name another one, or leave --spec out.',
    );
  }
}
