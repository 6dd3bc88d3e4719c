// Runs the collector for Elastic Agent, from the first check-in to an orderly end. The agent is answered before anything
// slow is opened, and goes on being answered whatever the collector is doing.

import { type KeepOptions, keepFiles } from '../agent-files/keep-files.ts';
import type { Clock } from '../contract/clock.ts';
import type { Logger } from '../contract/logger.ts';
import type { Telemetry } from '../contract/telemetry.ts';
import type { CollectorSignals } from '../runtime/collector.ts';
import type { CollectorProcessOptions } from '../runtime/process.ts';
import { usualProcess } from '../settings/policy/load-policy.ts';
import { logRequests } from '../telemetry/log-requests.ts';
import { keepStatusFile } from '../telemetry/status/status-file.ts';
import { createTelemetry, type RunTelemetry } from '../telemetry/telemetry.ts';
import { AgentCollector } from './agent-collector.ts';
import { ActionAnswers } from './diagnostics/answer-actions.ts';
import { type LoggedProblem, rememberProblems } from './diagnostics/remember-problems.ts';
import { ControlLink, type LinkEnd } from './link/control-link.ts';
import type { Expected, ObservedStates, StartUp } from './protocol/messages.ts';
import { orderlyEndMs } from './spec/time-limits.ts';
import { checkStateFolder } from './state-folder.ts';
import { AgentUnits } from './units/agent-units.ts';
import { observeUnits, type ProcessPhase } from './units/observe-units.ts';

export interface AgentRunOptions {
  readonly startUp: StartUp;
  readonly stateFolder: string;
  readonly signals: CollectorSignals & { readonly end: AbortSignal };
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: () => number;
  /** The version of this program, and the commit that it was built from where that is known. */
  readonly version: string;
  readonly commit: string;
  readonly platform: NodeJS.Platform;
  /** Where the program and its spec lie, to be kept beside every version of the agent; undefined for one that lies elsewhere. */
  readonly beside?: Pick<KeepOptions, 'home' | 'files' | 'own'> | undefined;
}

/** Resolves after an orderly end, with the way in which the connection to the agent came to its own. */
export async function runUnderAgent(options: AgentRunOptions): Promise<LinkEnd> {
  return new AgentRun(options).run();
}

/** On macOS nobody ends what an agent has left behind. */
const goneAfterMs: Partial<Record<NodeJS.Platform, number>> = { darwin: 120_000 };

class AgentRun {
  readonly #options: AgentRunOptions;
  readonly #units: AgentUnits;
  readonly #log: Logger;
  readonly #link: ControlLink;
  readonly #collector: AgentCollector;
  readonly #telemetry: RunTelemetry;
  /** The connection is over, so that there is nobody to collect for. */
  readonly #left = new AbortController();
  readonly #stop: AbortSignal;
  #phase: ProcessPhase['phase'] = 'running';
  #notice: string | undefined;

  constructor(options: AgentRunOptions) {
    const { clock, random, signals, platform } = options;
    this.#options = options;
    this.#units = new AgentUnits(options.startUp.agent);
    const remembering = rememberProblems(options.log, () => clock.now());
    this.#log = remembering.log;
    this.#stop = AbortSignal.any([signals.stop, this.#left.signal]);
    this.#telemetry = createTelemetry(options);
    logRequests(this.#telemetry.requests, this.#log, 'debug');
    const actions = this.#answerActions(remembering.problems);
    this.#link = new ControlLink({
      ...options,
      log: this.#log,
      observe: () => this.#observe(),
      onExpected: (expected) => this.#accept(expected),
      onAction: (request) => actions.answer(request),
      goneAfterMs: goneAfterMs[platform],
    });
    this.#collector = new AgentCollector({
      ...{ clock, random, stop: this.#stop },
      open: (closing) => this.#open(closing),
      onChange: () => this.#link.changed(),
    });
  }

  async run(): Promise<LinkEnd> {
    const closed = new AbortController();
    const kept = this.#keepFiles();
    const linked = this.#link.run(closed.signal).then((end) => {
      this.#left.abort(new Error('Elastic Agent has left'));
      return end;
    });
    await new Promise<void>((resolve) => {
      this.#stop.addEventListener('abort', () => resolve(), { once: true });
      if (this.#stop.aborted) resolve();
    });
    this.#enter('stopping');
    try {
      await this.#collector.close();
      await kept;
    } finally {
      this.#enter('stopped');
      closed.abort();
    }
    return linked;
  }

  /** An upgrade stops this program just before the new version of the agent looks for it. */
  async #keepFiles(): Promise<void> {
    const { beside, clock } = this.#options;
    if (!beside) return;
    await keepFiles({
      ...{ ...beside, clock, log: this.#log, signal: this.#stop },
      onProblem: (problem) => {
        this.#notice = problem;
        this.#link.changed();
      },
    });
  }

  #answerActions(problems: () => readonly LoggedProblem[]): ActionAnswers {
    return new ActionAnswers({
      ...this.#options,
      telemetry: this.#telemetry,
      problems,
      agent: () => this.#units.agent,
      units: () => this.#units.units,
      observed: () => this.#observe().units,
      describeLedger: () => this.#collector.process?.describeLedger(),
    });
  }

  #enter(phase: ProcessPhase['phase']): void {
    this.#phase = phase;
    this.#link.changed();
  }

  #observe(): Omit<ObservedStates, 'token' | 'canChunk'> {
    const { version, commit } = this.#options;
    const { trouble, states } = this.#collector;
    const units = observeUnits(this.#units.units, {
      phase: this.#phase,
      trouble,
      states,
      notice: this.#notice,
    });
    return { ...this.#units.indexes, version, commit, pid: process.pid, units };
  }

  #accept(expected: Expected): void {
    const isOther = this.#units.accept(expected);
    this.#log.setLevel?.(this.#units.logLevel);
    if (!isOther) return;
    this.#collector.want(this.#units.want());
    this.#link.changed();
  }

  async #open(closing: AsyncDisposableStack): Promise<CollectorProcessOptions> {
    const log = this.#log;
    const { stateFolder, clock, random, version, signals } = this.#options;
    const { board } = this.#telemetry;
    await checkStateFolder(stateFolder);
    const file = await keepStatusFile({ folder: stateFolder, board, clock, log });
    closing.defer(() => file.close());
    return {
      process: { ...usualProcess(stateFolder), stopTimeoutMs: orderlyEndMs },
      once: false,
      needsOutput: false,
      signals: { ...signals, stop: this.#stop },
      telemetry: watchReports(this.#telemetry, () => this.#link.changed()),
      ...{ log, clock, random, version },
      elasticAgent: this.#units.agent,
    };
  }
}

function watchReports(telemetry: Telemetry, onReport: () => void): Telemetry {
  return {
    ...telemetry,
    report(component, report) {
      telemetry.report(component, report);
      onReport();
    },
    showNotice(component, report) {
      const isNew = telemetry.showNotice?.(component, report) ?? false;
      if (isNew) onReport();
      return isNew;
    },
  };
}
