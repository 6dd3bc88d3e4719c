// The command `m365 agent`: what Elastic Agent starts, and tells on standard input where it is to be reached.

import { basename, dirname } from 'node:path';
import { Command } from 'commander';
import { readBootstrap } from '../../agent/bootstrap.ts';
import type { LinkEnd } from '../../agent/link/control-link.ts';
import { runUnderAgent } from '../../agent/run-agent.ts';
import { orderlyEndMs } from '../../agent/spec/time-limits.ts';
import { writeSpec } from '../../agent/spec/write-spec.ts';
import { chooseStateFolder } from '../../agent/state-folder.ts';
import { homeOfComponent } from '../../agent-files/keep-files.ts';
import { systemClock } from '../../contract/clock.ts';
import { OperatorError } from '../../contract/errors.ts';
import { createJsonLogger } from '../../telemetry/logger.ts';
import { malloc } from '../launcher/start-anew.js';
import { boundEnd } from '../terminal/bound-end.ts';
import { listenForInterruption } from '../terminal/interruption.ts';
import { readCommit, readVersion } from '../version.ts';

interface AgentCommandOptions {
  /** Settings as the agent gives them: `path.data=/opt/…/run/m365-default`. */
  readonly E: readonly string[];
}

const teaching = `
Nobody starts this by hand. Elastic Agent does, where this program and its
m365.spec.yml lie beside the agent's other components; settings, health and
log level then come and go through the agent. docs/elastic-agent.md says how.

To collect without an agent: m365 run --policy my.yml.`;

export function agentCommand(): Command {
  return new Command('agent')
    .description('Collects for Elastic Agent, which starts this by itself.')
    .option('-E <setting=value>', 'a setting of the agent, such as path.data', append, [])
    .addHelpText('after', teaching)
    .action(async (options: AgentCommandOptions) => {
      process.exitCode = await obeyAgent(options);
    });
}

function append(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

/** Resolves with the exit code. */
async function obeyAgent({ E: settings }: AgentCommandOptions): Promise<number> {
  const log = createJsonLogger({ level: 'info', write: (line) => process.stdout.write(line) });
  const startUp = await readBootstrap(process.stdin);
  const pathData = settings.find((each) => each.startsWith('path.data='))?.slice('path.data='.length);
  const { env, platform } = process;
  const componentId = env.AGENT_COMPONENT_ID || basename(pathData ?? '') || 'm365';
  const stateFolder = chooseStateFolder({ pathData, componentId, environment: env, platform });
  using signals = listenForInterruption(
    () => log.info({}, 'Ending: what is in flight is delivered first.'),
    orderlyEndMs,
  );
  boundEnd(signals, { stopMs: orderlyEndMs, bound: "the agent's time", log });
  log.info({}, `Started by Elastic Agent as ${componentId}; the ledger is in ${stateFolder}.`);
  const end = await runUnderAgent({
    ...{ startUp, stateFolder, signals, log, platform },
    clock: systemClock,
    random: Math.random,
    version: readVersion(),
    commit: readCommit(),
    beside: findOwnFiles(process.execPath),
  });
  log.info({}, endings[end]);
  if (end === 'refused') throw refused();
  return 0;
}

/** Undefined where the program is not one file of the agent's components, as in a checkout. */
function findOwnFiles(executable: string) {
  const home = homeOfComponent(executable);
  if (home === undefined) return undefined;
  return { home, files: { executable, spec: writeSpec(malloc) }, own: dirname(executable) };
}

const endings: Readonly<Record<LinkEnd, string>> = {
  told: 'Ended: everything in flight is settled.',
  refused: 'Ended: Elastic Agent does not know this process.',
  gone: 'Ended: Elastic Agent is gone.',
};

function refused(): OperatorError {
  return new OperatorError({
    code: 'agent-refused',
    message: 'Elastic Agent refused the token that it gave, or that another agent gave before it.',
    advice: 'An agent that runs starts this again by itself; nothing is lost.',
    retry: { kind: 'never' },
  });
}
