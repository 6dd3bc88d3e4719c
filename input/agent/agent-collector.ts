// The collector under an agent: opened when there is something to run, told of units as the agent changes them, and opened
// again after a pause where its state could not be.

import { WakeableSleep } from '../concurrency/wakeable-sleep.ts';
import type { Clock } from '../contract/clock.ts';
import { describeError, mayMendItself, OperatorError } from '../contract/errors.ts';
import { minuteMs } from '../contract/time.ts';
import { backOff } from '../http/back-off.ts';
import { CollectorProcess, type CollectorProcessOptions } from '../runtime/process.ts';
import type { UnitState } from '../runtime/unit-state.ts';
import { pause } from './link/pause.ts';
import type { WantedUnits } from './units/agent-units.ts';
import type { ToldState } from './units/unit-phase.ts';

export interface AgentCollectorOptions {
  /** Opens what has to be there before the collector is; its failure keeps everything from running. */
  readonly open: (closing: AsyncDisposableStack) => Promise<CollectorProcessOptions>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly stop: AbortSignal;
  /** Something of what it says of itself may be another now. */
  readonly onChange: () => void;
}

/** A process that an agent has left behind ends in less. */
const endsWithinMs = minuteMs;
const pauses = { firstMs: 2_000, mostMs: 60_000 };

export class AgentCollector {
  readonly #options: AgentCollectorOptions;
  readonly #closing = new AsyncDisposableStack();
  readonly #news: WakeableSleep;
  readonly #working: Promise<void>;
  #next: WantedUnits | undefined;
  #last: WantedUnits | undefined;
  #process: CollectorProcess | undefined;
  #trouble: ToldState | undefined;
  #troubleSince: number | undefined;

  constructor(options: AgentCollectorOptions) {
    this.#options = options;
    this.#news = new WakeableSleep(options.clock);
    this.#working = this.#work();
  }

  /** Undefined until there was something to run. */
  get process(): CollectorProcess | undefined {
    return this.#process;
  }

  /** What keeps it from running anything at all. */
  get trouble(): ToldState | undefined {
    return this.#trouble;
  }

  get states(): readonly UnitState[] {
    return this.#process?.unitStates() ?? [];
  }

  /** Makes these units run and no others. Of those that come while others are applied, the last ones count. */
  want(units: WantedUnits): void {
    this.#next = units;
    this.#last = units;
    this.#news.wake();
  }

  /** Resolves when everything is closed. */
  async close(): Promise<void> {
    await this.#working;
    await this.#closing.disposeAsync();
  }

  async #work(): Promise<void> {
    const { stop } = this.#options;
    for (let failures = 0; !stop.aborted; ) {
      await this.#news.sleep(undefined, stop);
      const wanted = this.#next;
      this.#next = undefined;
      if (!wanted || stop.aborted) continue;
      failures = (await this.#apply(wanted)) ? 0 : failures + 1;
      if (failures > 0) void this.#tryAgain(wanted, failures - 1);
    }
  }

  /** False where nothing can run at all. */
  async #apply(wanted: WantedUnits): Promise<boolean> {
    const { onChange, stop } = this.#options;
    try {
      const process = await this.#open();
      await process.applyUnits(wanted.units);
      this.#trouble = undefined;
      this.#troubleSince = undefined;
      // Only a process that cannot go on at all rejects.
      process.ended().catch((error: unknown) => this.#fail(error));
      wanted.applied();
      onChange();
      return true;
    } catch (error) {
      if (stop.aborted) return true;
      this.#fail(error);
      return false;
    }
  }

  async #open(): Promise<CollectorProcess> {
    if (this.#process) return this.#process;
    await using opening = new AsyncDisposableStack();
    const process = await CollectorProcess.open(await this.#options.open(opening));
    opening.defer(() => process.close());
    this.#closing.use(opening.move());
    this.#process = process;
    return process;
  }

  #fail(error: unknown): void {
    const now = this.#options.clock.now();
    this.#troubleSince ??= now;
    const isInUse = error instanceof OperatorError && error.code === 'folder-in-use';
    const passes = mayMendItself(error) || (isInUse && now - this.#troubleSince < endsWithinMs);
    const phase = passes ? 'DEGRADED' : 'FAILED';
    this.#trouble = {
      phase,
      message: `Nothing can be collected: ${describeError(error)} It is tried again.`,
    };
    this.#options.onChange();
  }

  /** Units that come meanwhile are tried at once, and make this needless. */
  async #tryAgain(wanted: WantedUnits, failures: number): Promise<void> {
    const { clock, random, stop } = this.#options;
    await pause(clock, backOff(failures, pauses, random), stop);
    if (this.#last !== wanted) return;
    this.#next = wanted;
    this.#news.wake();
  }
}
