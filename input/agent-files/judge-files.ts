// Looks whether the agents of this machine will find this program after their next upgrade, or rollback.

import { describeError } from '../contract/errors.ts';
import { type Finding, note, ok, problem } from '../contract/finding.ts';
import { findAgentHomes, listAgentVersions } from './agent-versions.ts';
import { findMissing, hasComponent } from './component-files.ts';

/** Yields nothing for an agent that was never meant to run this program. `home` is the one that was named, if any. */
export async function* judgeAgentFiles(home: string | undefined): AsyncGenerator<Finding> {
  try {
    for (const each of home === undefined ? await findAgentHomes() : [home]) yield* judgeAgent(each);
  } catch (error) {
    yield note('agent', `Whether Elastic Agent has this program cannot be seen. ${describeError(error)}`);
  }
}

async function* judgeAgent(home: string): AsyncGenerator<Finding> {
  const versions = (await listAgentVersions(home)).filter(({ hasComponents }) => hasComponents);
  const has = await Promise.all(versions.map(hasComponent));
  if (!has.includes(true)) return;
  let isWhole = true;
  for (const version of versions) {
    const missing = await findMissing(version);
    if (missing.length === 0) continue;
    isWhole = false;
    yield problem(
      'agent',
      `${version.folder} lacks ${missing.join(', ')}: with that version the agent cannot run this program, and an upgrade to it is taken back.`,
      'Run: sudo m365 install agent',
    );
  }
  if (isWhole) yield ok('agent', `Every version of Elastic Agent in ${home} has this program.`);
}
