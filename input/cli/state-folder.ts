// Where the ledger is that a command is about: named outright, or by the policy.

import { resolve } from 'node:path';
import { OperatorError } from '../errors.ts';
import { loadPolicy } from '../settings/load-policy.ts';

export interface StateFlags {
  readonly policy?: string;
  readonly state?: string;
}

export async function chooseStateFolder({ policy, state }: StateFlags): Promise<string> {
  if (state !== undefined) return resolve(state);
  if (policy !== undefined) return (await loadPolicy(policy)).process.stateFolder;
  throw new OperatorError({
    code: 'usage',
    message: 'Which ledger is meant was not said.',
    advice: 'Give --policy FILE or --state FOLDER; that of m365 start is --state data/state.',
    retry: { kind: 'never' },
  });
}
