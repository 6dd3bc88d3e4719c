// Puts the component into every version of the agents of this machine, or takes it away from them, and tells what was done
// to each.

import { describeError } from '../contract/errors.ts';
import { type AgentVersion, listAgentVersions } from './agent-versions.ts';
import { type ComponentFiles, placeComponent, removeComponent } from './component-files.ts';

export interface VersionOutcome {
  readonly version: AgentVersion;
  /** What was done, for a person. */
  readonly message: string;
  readonly isChanged: boolean;
  /** The reason why it could not be done. */
  readonly error?: unknown;
}

/** Does it for one version after the other; what fails for one is no reason to leave out the next. */
export async function installFiles(
  homes: readonly string[],
  files: ComponentFiles,
  now: number,
): Promise<VersionOutcome[]> {
  return forEachVersion(homes, async (version) => {
    if (!version.hasComponents)
      return { version, isChanged: false, message: 'has no folder components: nothing to do' };
    const { placed, listed } = await placeComponent(version, files, { keep: false, now });
    const isChanged = placed.length + listed.length > 0;
    return { version, isChanged, message: isChanged ? describe(placed, listed) : 'has them already' };
  });
}

/** Done twice: a program that runs may have put them back before it saw that its own spec is gone. */
export async function removeFiles(homes: readonly string[], now: number): Promise<VersionOutcome[]> {
  const outcomes = await forEachVersion(homes, async (version) => {
    const removed = await removeComponent(version, now);
    const isChanged = removed.length > 0;
    return { version, isChanged, message: isChanged ? `removed ${removed.join(', ')}` : 'has none of them' };
  });
  for (const { version } of outcomes) await removeComponent(version, now).catch(() => undefined);
  return outcomes;
}

function describe(placed: readonly string[], listed: readonly string[]): string {
  const parts = [
    ...(placed.length > 0 ? [`put ${placed.join(' and ')} there`] : []),
    ...(listed.length > 0 ? [`listed it in the flavors ${listed.join(', ')}`] : []),
  ];
  return parts.join(', ');
}

async function forEachVersion(
  homes: readonly string[],
  work: (version: AgentVersion) => Promise<VersionOutcome>,
): Promise<VersionOutcome[]> {
  const outcomes: VersionOutcome[] = [];
  for (const home of homes)
    for (const version of await listAgentVersions(home))
      try {
        outcomes.push(await work(version));
      } catch (error) {
        outcomes.push({ version, isChanged: false, message: describeError(error), error });
      }
  return outcomes;
}
