// The flags that most commands share: the policy, and the folder of its ledger.

import { resolve } from 'node:path';
import type { Command } from 'commander';
import { OperatorError } from '../contract/errors.ts';
import type { LoadOptions } from '../settings/policy/load-policy.ts';
import type { Policy } from '../settings/policy/policy.ts';

export interface PolicyFlags {
  readonly policy?: string;
  readonly state?: string;
}

export function addPolicyOptions(command: Command): Command {
  return command
    .option('-p, --policy <file>', 'the policy (required)')
    .option('--state <folder>', "the state folder, instead of the policy's");
}

/** Commander's own required option is not used: it would hide that `--polcy` is a slip for `--policy`. */
export function requirePolicy({ policy }: PolicyFlags): string {
  if (policy !== undefined) return policy;
  throw usage('There is no policy.', 'Give --policy FILE; deploy/sample-policy.yml is one to start from.');
}

/**
 * Loads the policy for a command that looks at collected data, or mends it. The emulator's records may have been
 * allowed into any output; that was decided when they were collected.
 */
export async function loadCollectedPolicy(flags: PolicyFlags, options: LoadOptions = {}): Promise<Policy> {
  const { loadPolicy } = await import('../settings/policy/load-policy.ts');
  return loadPolicy(requirePolicy(flags), { stateFolder: flags.state, force: true, ...options });
}

export async function chooseStateFolder(flags: PolicyFlags): Promise<string> {
  if (flags.state !== undefined) return resolve(flags.state);
  if (flags.policy !== undefined) return (await loadCollectedPolicy(flags)).process.stateFolder;
  throw usage(
    'Which ledger is meant was not said.',
    'Give --policy FILE or --state FOLDER; that of m365 start is --state data/state.',
  );
}

export function usage(message: string, advice: string): OperatorError {
  return new OperatorError({ code: 'usage', message, advice, retry: { kind: 'never' } });
}
