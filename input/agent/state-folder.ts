// The folder of the ledger under an agent. It lies outside of everything that belongs to one version of the agent, since
// that is copied while it is written to, deleted with the component, and brought back minutes old after a rollback.

import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { posix, win32 } from 'node:path';
import { OperatorError } from '../contract/errors.ts';
import { describeFileFailure } from '../files/file-failure.ts';

export interface StatePlace {
  /** The folder that the agent gave for this component; undefined where it gave none. */
  readonly pathData: string | undefined;
  /** `m365-default`: the type and the name of the output. */
  readonly componentId: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
}

/** Replaces the place of all components of this machine. */
const stateVariable = 'M365_STATE_PATH';

export function chooseStateFolder(place: StatePlace): string {
  const { componentId, environment, platform } = place;
  const { join } = platform === 'win32' ? win32 : posix;
  const root = environment[stateVariable] || besideAgent(place) || usualFolder(place);
  return join(root, folderName(componentId));
}

/**
 * `<top>/data/elastic-agent-<version>-<hash>/run/<component>` becomes `<top>/m365`, and in a container
 * `$STATE_PATH/data/run/<component>` becomes `$STATE_PATH/m365`.
 */
function besideAgent({ pathData = '', platform }: StatePlace): string | undefined {
  const { join } = platform === 'win32' ? win32 : posix;
  const top = /^(.+?)[\\/]data(?:[\\/]elastic-agent-[^\\/]+)?[\\/]run[\\/][^\\/]+[\\/]?$/.exec(pathData)?.[1];
  return top && join(top, 'm365');
}

function usualFolder({ environment, platform }: StatePlace): string {
  if (platform === 'win32') return win32.join(environment.ProgramData ?? 'C:\\ProgramData', 'm365');
  return platform === 'darwin' ? '/Library/Application Support/m365' : '/var/lib/m365';
}

/** The name of an output may hold what the name of a folder may not. */
function folderName(componentId: string): string {
  const plain = componentId.replace(/[^\w.-]/g, '_');
  if (plain === componentId && !/^\.*$/.test(plain)) return plain;
  return `${plain}-${createHash('sha256').update(componentId).digest('hex').slice(0, 8)}`;
}

/** Throws an OperatorError that says what to do where the folder cannot be made or written to. */
export async function checkStateFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await access(folder, constants.W_OK);
  } catch (cause) {
    throw new OperatorError({
      code: 'state-unwritable',
      message: `The folder of the ledger, ${folder}, cannot be written to: ${describeFileFailure(cause)}.`,
      advice: `Let the user that Elastic Agent runs as write there, or set ${stateVariable} in the agent's environment to a folder on a local disk that stays; in a container it has to be on a volume.`,
      retry: { kind: 'later' },
      needsOperator: true,
      cause,
    });
  }
}
