// The running program keeps itself beside the agent: an upgrade of the agent brings the folder of a new version, without
// what was put into the old one, and the agent goes back to the old version where a component is missing for half a minute.
// So the files are in the new folder before that agent starts, as soon as it can hold them.

import { type FSWatcher, watch } from 'node:fs';
import { join } from 'node:path';
import { WakeableSleep } from '../concurrency/wakeable-sleep.ts';
import type { Clock } from '../contract/clock.ts';
import { describeError } from '../contract/errors.ts';
import type { Logger } from '../contract/logger.ts';
import { minuteMs } from '../contract/time.ts';
import { type AgentVersion, listAgentVersions } from './agent-versions.ts';
import { type ComponentFiles, isTakenAway, placeComponent, removeComponent } from './component-files.ts';

export interface KeepOptions {
  readonly home: string;
  readonly files: ComponentFiles;
  /**
   * The folder `components` that this program runs from: when its spec is gone, somebody takes the files away, and they
   * are not to come back. Undefined where it runs from elsewhere.
   */
  readonly own: string | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  /** When it is aborted, everything is looked at once more. */
  readonly signal: AbortSignal;
  /** It is called when the files cannot be put somewhere, with what to do about it; with undefined when they can again. */
  readonly onProblem?: (message: string | undefined) => void;
}

/** A version is unpacked piece by piece, and what is put into it may be overwritten meanwhile. */
const busyMs = 10 * minuteMs;
const busyPollMs = 1_000;
const quietPollMs = 10_000;
/** An agent that writes a manifest is done with it by then. */
const settledMs = 5_000;

/** Returns the home of the agent that an executable lies beside; undefined where it lies elsewhere. */
export function homeOfComponent(executable: string): string | undefined {
  return /^(.+)[\\/]data[\\/]elastic-agent-[^\\/]+[\\/]components[\\/][^\\/]+$/.exec(executable)?.[1];
}

/**
 * Keeps the files in every version of one agent until the signal is aborted. Never rejects: resolves with what was wrong in
 * the end, undefined where nothing was.
 */
export async function keepFiles(options: KeepOptions): Promise<string | undefined> {
  const keeper = new Keeper(options);
  await keeper.run();
  return keeper.problem;
}

class Keeper {
  readonly #options: KeepOptions;
  readonly #known = new Set<string>();
  #busyUntil = 0;
  problem: string | undefined;
  readonly #pause: WakeableSleep;

  constructor(options: KeepOptions) {
    this.#options = options;
    this.#pause = new WakeableSleep(options.clock);
  }

  async run(): Promise<void> {
    const { signal, clock } = this.#options;
    const watcher = this.#watch();
    try {
      while (!signal.aborted) {
        if (!(await this.#sweep())) return;
        const isBusy = clock.now() < this.#busyUntil || !watcher;
        await this.#pause.sleep(isBusy ? busyPollMs : quietPollMs, signal);
      }
      await this.#sweep();
    } finally {
      watcher?.close();
    }
  }

  /** Undefined where the system cannot watch: then it is looked often. */
  #watch(): FSWatcher | undefined {
    try {
      const watcher = watch(join(this.#options.home, 'data'), () => this.#pause.wake());
      watcher.on('error', () => undefined);
      watcher.unref();
      return watcher;
    } catch {
      return undefined;
    }
  }

  /** Resolves with false when the files are not to be kept any more. */
  async #sweep(): Promise<boolean> {
    const { home, own, log } = this.#options;
    try {
      if (own !== undefined && (await isTakenAway(own))) {
        log.info(
          {},
          `The spec is gone from ${own}: nothing is put beside other versions of the agent any more.`,
        );
        return false;
      }
      for (const version of await listAgentVersions(home)) await this.#keepIn(version);
      this.#tell(undefined);
    } catch (error) {
      this.#tell(describeError(error));
    }
    return true;
  }

  async #keepIn(version: AgentVersion): Promise<void> {
    const { own, files, clock, log } = this.#options;
    const now = clock.now();
    if (!this.#known.has(version.folder)) {
      this.#known.add(version.folder);
      this.#busyUntil = now + busyMs;
    }
    if (!version.hasComponents || version.components === own) return;
    const { placed, listed } = await placeComponent(version, files, { keep: true, now, settledMs });
    if (placed.length + listed.length === 0) return;
    if (own !== undefined && (await isTakenAway(own))) {
      await removeComponent(version, now);
      return;
    }
    log.info({}, `Put beside the agent in ${version.folder}: ${[...placed, ...listed].join(', ')}.`);
  }

  #tell(problem: string | undefined): void {
    if (problem === this.problem) return;
    this.problem = problem;
    const { log, onProblem } = this.#options;
    const message = problem && `A new version of the agent would not find this program. ${problem}`;
    if (message) log.warn({}, message);
    onProblem?.(message);
  }
}
