// The program `m365`: it finds the command that was asked for, loads that one alone, and turns whatever it throws into
// one clear line and an exit code.

import { Command, CommanderError, type OutputConfiguration } from 'commander';
import { isBundled } from '../../pipelines/own-files.ts';
import { describeError, OperatorError, redact } from '../contract/errors.ts';
import { wrap } from '../telemetry/terminal/wrap.ts';
import { describeProgram, readVersion } from './version.ts';

interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly group: string;
  /** True for what nobody needs on a collector's machine: the bundle leaves it out. */
  readonly onlyFromRepository?: boolean;
  load(): Promise<Command>;
}

const collect = 'Collect:';
const trust = 'Trust:';
const tools = 'Try and build:';

const entries: readonly CommandEntry[] = [
  {
    name: 'start',
    group: collect,
    summary: 'see it work on an emulated tenant, or run a policy',
    onlyFromRepository: true,
    load: async () => (await import('./commands/start.ts')).startCommand(),
  },
  {
    name: 'run',
    group: collect,
    summary: 'collect what a policy says, until Ctrl-C',
    load: async () => (await import('./commands/run.ts')).runCommand(),
  },
  {
    name: 'agent',
    group: collect,
    summary: 'collect for Elastic Agent, which starts this itself',
    load: async () => (await import('./commands/agent.ts')).agentCommand(),
  },
  {
    name: 'check',
    group: collect,
    summary: 'find what is wrong with a tenant or an output',
    load: async () => (await import('./commands/check.ts')).checkCommand(),
  },
  {
    name: 'setup',
    group: collect,
    summary: 'put templates and pipelines into Elasticsearch',
    load: async () => (await import('./commands/setup.ts')).setupCommand(),
  },
  {
    name: 'prove',
    group: trust,
    summary: 'compare what there is to collect with what was delivered',
    load: async () => (await import('./commands/prove.ts')).proveCommand(),
  },
  {
    name: 'deduplicate',
    group: trust,
    summary: 'find records that stand in Elasticsearch twice',
    load: async () => (await import('./commands/deduplicate.ts')).deduplicateCommand(),
  },
  {
    name: 'replay',
    group: trust,
    summary: 'deliver dead letters, an item or a window again',
    load: async () => (await import('./commands/replay.ts')).replayCommand(),
  },
  {
    name: 'state',
    group: trust,
    summary: 'show, export, import or rebuild the ledger',
    load: async () => (await import('./commands/state.ts')).stateCommand(),
  },
  {
    name: 'show',
    group: tools,
    summary: 'look at local documents, and follow them',
    load: async () => (await import('./commands/show.ts')).showCommand(),
  },
  {
    name: 'map',
    group: tools,
    summary: 'turn raw records on standard input into documents',
    load: async () => (await import('./commands/map.ts')).mapCommand(),
  },
  {
    name: 'preview',
    group: tools,
    summary: 'look at the dashboards without Kibana',
    onlyFromRepository: true,
    load: async () => (await import('./commands/preview.ts')).previewCommand(),
  },
  {
    name: 'package',
    group: tools,
    summary: 'build the integration package for Kibana',
    onlyFromRepository: true,
    load: async () => (await import('./commands/package.ts')).packageCommand(),
  },
  {
    name: 'install',
    group: tools,
    summary: 'upload the integration package to Kibana',
    load: async () => (await import('./commands/install.ts')).installCommand(),
  },
  {
    name: 'emulate',
    group: tools,
    summary: 'serve an emulated Microsoft 365 on this machine',
    onlyFromRepository: true,
    load: async () => (await import('./commands/emulate.ts')).emulateCommand(),
  },
  {
    name: 'version',
    group: tools,
    summary: 'name version, commit and Node',
    load: async () => (await import('./commands/version.ts')).versionCommand(),
  },
];

const demonstration = `
  m365 start                    see it work; needs nothing else installed`;

const outside = `
start, emulate, preview and package are not part of this program: they run from
a checkout of the project, as "npm run -s m365 -- start".`;

const checkout = `
From a checkout, m365 is "npm run -s m365 --".`;

const teaching = `
First steps:${isBundled ? '' : demonstration}
  m365 check --policy my.yml    before the first run on a tenant of your own
  m365 run --policy my.yml      the real thing

Every command has its own help, with examples: m365 run --help
deploy/sample-policy.yml is a policy to start from, docs/settings.md has every
setting.${isBundled ? outside : checkout}

Exit codes:
  0    done, or ended by Ctrl-C after everything in flight was delivered
  1    failed, or something is not as it should be; the line printed says what
  2    the command line or the policy is wrong; nothing was started or changed
  130  ended by a second Ctrl-C

M365_DEBUG=1 adds stack traces to errors.`;

export async function main(words: readonly string[]): Promise<void> {
  try {
    const program = await createProgram(words);
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    process.exitCode = reportFailure(error);
    if (isAboutArguments(error)) adviseOnPolicy(words);
  }
}

const isAboutArguments = (error: unknown) =>
  error instanceof CommanderError && error.code === 'commander.excessArguments';

/** Commander reports a superfluous word without the place where it belongs. */
function adviseOnPolicy(words: readonly string[]): void {
  const file = words.find((word) => /\.(?:ya?ml|json)$/.test(word));
  if (file !== undefined) process.stderr.write(`(Did you mean --policy ${file}?)\n`);
}

/** Builds the program with the one command that the words name; the others are there by name only. */
export async function createProgram(
  words: readonly string[],
  output: OutputConfiguration = {},
): Promise<Command> {
  const program = new Command('m365')
    .configureOutput({ getOutHelpWidth: () => Math.min(process.stdout.columns ?? 80, 100), ...output })
    .description('Collects the audit logs of Microsoft 365, complete and once, as ECS documents.')
    .version(
      isAskedForVersion(words) ? describeProgram() : readVersion(),
      '-V, --version',
      'print version, commit and Node',
    )
    .helpOption('-h, --help', 'print this, or the help of a command')
    .addHelpText('after', teaching);
  const wanted = words.find((word) => !word.startsWith('-'));
  for (const entry of entries) {
    if (isBundled && entry.onlyFromRepository === true) {
      if (entry.name === wanted) throw notInBundle(entry.name);
      continue;
    }
    const command = entry.name === wanted ? await entry.load() : new Command(entry.name);
    program.addCommand(command.summary(entry.summary).helpGroup(entry.group));
  }
  strict(program);
  return program;
}

/** The commit is asked for only where it is printed: from a repository Git has to tell it. */
const isAskedForVersion = (words: readonly string[]) =>
  words.some((word) => word === '-V' || word === '--version');

function notInBundle(name: string): OperatorError {
  return new OperatorError({
    code: 'usage',
    message: `m365 ${name} is not part of this program: it holds what a collector's machine needs.`,
    advice: `From a checkout of the project it runs as: npm run -s m365 -- ${name}.`,
    retry: { kind: 'never' },
  });
}

/** Commander's own exits become errors, all the way down, so that usage errors get the exit code 2. */
function strict(command: Command): void {
  command
    .exitOverride()
    .showSuggestionAfterError(true)
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false);
  for (const each of command.commands) {
    each.copyInheritedSettings(command);
    strict(each);
  }
}

const usageCodes = new Set(['bad-policy', 'policy-unreadable', 'usage']);

/** Returns the exit code. Mistakes of the user are reported without a stack trace. */
function reportFailure(error: unknown): number {
  // Commander has printed its message already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  for (const line of linesOf(error)) process.stderr.write(`${present(line)}\n`);
  if (process.env.M365_DEBUG === '1') process.stderr.write(`${stackOf(error)}\n`);
  else if (!(error instanceof OperatorError || isAboutDefinitions(error)))
    process.stderr.write('m365: This was not foreseen; M365_DEBUG=1 shows where it happened.\n');
  return error instanceof OperatorError && usageCodes.has(error.code) ? 2 : 1;
}

/** The error is recognised by its name, as only few commands load its class. */
const isAboutDefinitions = (error: unknown): error is Error =>
  error instanceof Error && error.name === 'DefinitionError';

/** Faults in definitions are reported all at once, a line each. */
function linesOf(error: unknown): string[] {
  return isAboutDefinitions(error) ? redact(error.message).split('\n') : describeError(error).split('\n');
}

/** A terminal gets lines that are broken between words; elsewhere one line is one problem. */
function present(line: string): string {
  const { isTTY, columns } = process.stderr;
  return isTTY ? wrap(line, 'm365: ', '      ', columns).join('\n') : `m365: ${line}`;
}

function stackOf(error: unknown): string {
  return redact(error instanceof Error ? (error.stack ?? error.message) : String(error));
}
