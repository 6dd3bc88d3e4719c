// The command `m365 run`: it collects what a policy describes.

import { Command, Option } from 'commander';
import { type OutputType, outputTypes } from '../../outputs/output-types.ts';
import type { Policy } from '../../settings/policy/policy.ts';
import { type PolicyFlags, requirePolicy } from '../policy-flag.ts';

export interface RunCommandOptions extends PolicyFlags {
  readonly once?: boolean;
  readonly output?: OutputType;
  readonly force?: boolean;
  readonly showSettings?: boolean;
}

const teaching = `
A policy is a standalone Elastic Agent policy: outputs, and inputs of type m365
with a stream for each tenant, as Kibana exports it or written by hand. Secrets
may be \${ENVIRONMENT} references or files. docs/settings.md has every setting.

Examples:
  m365 run --policy my.yml                   collect until Ctrl-C
  m365 run --policy my.yml --once            collect what there is now, then end
  m365 run --policy my.yml --output console  print documents, deliver nothing
  m365 run --policy my.yml --show-settings   what is in force, without secrets
  m365 run --policy my.yml 2> m365.log       log lines as ECS JSON

--output keeps a ledger of its own, so that what the policy's output was not
given is still to come there; --state chooses another.

A policy file that changes is applied while it runs: what did not change goes
on, and a file with a mistake changes nothing. Not so with --once.

The first Ctrl-C (or SIGTERM, or the end of its terminal) delivers what is in
flight and exits 0, or 1 where that takes longer than m365.stop_timeout, 8 s; a
second ends at once. A run that was killed goes on where it was, with nothing
lost and nothing twice.

An Elasticsearch that is down or busy is waited for; with --once only for some
tries. What only you can change, such as a wrong key, ends the run at its start.

Exit codes: 0 ended in order, 1 a stream or an output failed, or something is
left open that was to be delivered (the last line says how much), 2 the policy
is wrong, 130 ended by a second Ctrl-C.`;

export function runCommand(): Command {
  return withRunOptions(new Command('run'), 'the policy (required)')
    .description('Collects what a policy says, until Ctrl-C.')
    .addHelpText('after', teaching)
    .action(async (options: RunCommandOptions) => {
      process.exitCode = await runFile(options);
    });
}

export function withRunOptions(command: Command, policy: string): Command {
  return command
    .option('-p, --policy <file>', policy)
    .option('--once', 'collect what is there now, then end')
    .addOption(
      new Option('-o, --output <type>', 'deliver there instead of where the policy says').choices(
        outputTypes,
      ),
    )
    .option('--state <folder>', "keep the ledger there instead of in the policy's state_folder")
    .option('--force', "let an emulator's records into a namespace other than demo")
    .option('--show-settings', 'print the settings in force, then end');
}

/** Resolves with the exit code. What it needs is loaded here: the help of the command comes without it. */
export async function runFile(options: RunCommandOptions): Promise<number> {
  const { loadPolicy } = await import('../../settings/policy/load-policy.ts');
  const load = () => loadPolicy(requirePolicy(options), toLoadOptions(options));
  return runOrShow(await load(), options, load);
}

export function toLoadOptions({ once, output, state, force }: Omit<RunCommandOptions, 'policy'>) {
  return { once, output, stateFolder: state, force };
}

export async function runOrShow(
  policy: Policy,
  { showSettings }: Pick<RunCommandOptions, 'showSettings'>,
  load?: () => Promise<Policy>,
): Promise<number> {
  if (!showSettings) {
    const { runPolicy } = await import('../run-policy.ts');
    return runPolicy(policy, load);
  }
  process.stdout.write(policy.effective);
  return 0;
}
