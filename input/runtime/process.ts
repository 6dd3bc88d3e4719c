// The running collector: it is told which streams and outputs there are to be, again and again, and changes what runs to
// what is wanted while records flow. Having no streams is a state like any other.

import { describeError } from '../contract/errors.ts';
import type { LogLevel } from '../contract/logger.ts';
import type { Unit, Wanted } from '../settings/units/unit.ts';
import { UnitReader, type UnitReaderOptions } from '../settings/units/unit-reader.ts';
import { type FeedItems, Session, type SessionOptions } from './session.ts';
import { stateOf, type UnitState } from './unit-state.ts';

export interface CollectorProcessOptions extends SessionOptions, UnitReaderOptions {}

/** The ends that the streams of a process came to. */
export interface ProcessResult {
  /** The streams that ended in an error, by id. */
  readonly failed: ReadonlyMap<string, unknown>;
  /** Items that are listed and not delivered yet: the next run fetches them. Undefined where nobody can say. */
  readonly open: number | undefined;
}

/**
 * A process begins anew by itself so often because its ledger was damaged: a disk that spoils each is for the operator.
 */
const mostNewLedgers = 3;

export class CollectorProcess implements AsyncDisposable {
  readonly #options: CollectorProcessOptions;
  readonly #units: UnitReader;
  readonly #closing: AbortController;
  readonly #stop: AbortSignal;
  #session: Session;
  #damage: AbortController | undefined;
  #newLedgers = 0;
  /** The units that run, or that are being changed to. */
  #wanted: Wanted | undefined;
  /** The units that were asked for last, until they are looked at. */
  #next: (() => Wanted) | undefined;
  #working: Promise<void> | undefined;
  /** The reason why nothing runs any more, and nothing can. */
  #broken: { readonly error: unknown } | undefined;

  private constructor(options: CollectorProcessOptions, { session, closing, damage }: OpenedProcess) {
    this.#options = options;
    this.#closing = closing;
    this.#units = new UnitReader(options);
    this.#session = session;
    this.#stop = AbortSignal.any([options.signals.stop, this.#closing.signal]);
    this.#watch(damage);
  }

  /** Opens the state folder. Nothing runs until it is told what. */
  static async open(options: CollectorProcessOptions): Promise<CollectorProcess> {
    const closing = new AbortController();
    const damage = new AbortController();
    const session = await openSession(options, closing, damage);
    return new CollectorProcess(options, { session, closing, damage });
  }

  /**
   * Makes these units run, and no others. A unit that is the same as before is not touched: a stream with other settings is
   * stopped and begun anew, an output with other settings is opened beside the old one, which is closed when its last
   * stream has gone over. A unit that cannot be read is reported as failed and goes on with what it had before;
   * an output of a kind that nothing here delivers to ends what it had, and its inputs wait.
   *
   * Resolves with the states of the units once these, or others that came later, are applied: calls are worked off one
   * after the other, and of those that wait only the last one counts. Rejects when the process ends meanwhile.
   */
  async applyUnits(units: readonly Unit[]): Promise<readonly UnitState[]> {
    await this.#apply(() => this.#readUnits(units));
    return this.unitStates();
  }

  /** The same for settings that were read already. The same object stands for the same settings. */
  apply(wanted: Wanted): Promise<void> {
    return this.#apply(() => wanted);
  }

  /** Returns the present state of each unit. */
  unitStates(): readonly UnitState[] {
    const { telemetry } = this.#options;
    const { units } = this.#units;
    const streams = units.flatMap((unit) => unit.streams);
    return units.map((unit) => stateOf(unit, streams, this.#session.streams, telemetry));
  }

  /** It applies to what is logged from now on. */
  setLogLevel(level: LogLevel): void {
    this.#options.log.setLevel?.(level);
  }

  /** Resolves when every stream has ended: by itself, or because the process was stopped. */
  async ended(): Promise<void> {
    do {
      await this.#working;
      await this.#session.ended();
    } while (this.#working !== undefined);
    if (this.#broken) throw this.#broken.error;
  }

  /** Returns how many items of each feed are in which state, as the ledger has it. */
  describeLedger(): Promise<readonly FeedItems[]> {
    return this.#session.describeLedger();
  }

  async result(): Promise<ProcessResult> {
    const failed = new Map<string, unknown>();
    for (const [id, { failure }] of this.#session.streams) if (failure) failed.set(id, failure.error);
    return { failed, open: await this.#session.countOpen() };
  }

  /** Ends what runs as a stop of each stream would, tells the last reports, and closes everything. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('the collector is closed'));
    await this.#working?.catch(() => undefined);
    await this.#session.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #readUnits(units: readonly Unit[]): Wanted {
    const wanted = this.#units.read(units);
    const { log } = this.#options;
    for (const note of this.#units.notes) log.info({}, note);
    for (const { id, error } of this.#units.units)
      if (error) log.error({ error: { code: error.code }, m365: { unit: id } }, describeError(error));
    return wanted;
  }

  async #apply(next: () => Wanted): Promise<void> {
    this.#stop.throwIfAborted();
    if (this.#broken) throw this.#broken.error;
    this.#next = next;
    await this.#work();
  }

  /** `damage` is aborted by whoever finds the ledger damaged. */
  #watch(damage: AbortController | undefined): void {
    this.#damage = damage;
    // The one who waits for the end is told of what goes wrong.
    const renew = () => this.#work().catch(() => undefined);
    if (damage?.signal.aborted) void renew();
    damage?.signal.addEventListener('abort', () => void renew(), { once: true });
  }

  #work(): Promise<void> {
    this.#working ??= this.#workOff();
    return this.#working;
  }

  async #workOff(): Promise<void> {
    // Whoever asks in this turn shares the work, and it never ends before it is known to have begun.
    await Promise.resolve();
    try {
      for (;;) {
        if (this.#damage?.signal.aborted && !this.#stop.aborted) await this.#renew();
        if (!this.#next) return;
        this.#wanted = this.#next();
        this.#next = undefined;
        await this.#applyNow(this.#wanted);
      }
    } finally {
      // No turn passes between the last look at what is next and this.
      this.#working = undefined;
    }
  }

  async #applyNow(wanted: Wanted): Promise<void> {
    try {
      await this.#session.apply(wanted);
    } catch (error) {
      if (!this.#damage?.signal.aborted) throw error;
    }
  }

  /** Closes everything that stands on a damaged ledger, and begins it again on a new one. */
  async #renew(): Promise<void> {
    try {
      await this.#session.close();
      this.#newLedgers += 1;
      this.#options.log.warn(
        {},
        'The ledger was damaged while it was used: collecting begins again with a new one.',
      );
      const damage = this.#newLedgers < mostNewLedgers ? new AbortController() : undefined;
      this.#session = await openSession(this.#options, this.#closing, damage);
      this.#watch(damage);
      const wanted = this.#wanted;
      if (wanted) this.#next ??= () => wanted;
    } catch (error) {
      this.#broken = { error };
      throw error;
    }
  }
}

interface OpenedProcess {
  readonly session: Session;
  readonly closing: AbortController;
  readonly damage: AbortController;
}

/** Ends when the process does, and when its ledger is damaged. Streams meet the damage themselves where `damage` is absent. */
function openSession(
  options: CollectorProcessOptions,
  closing: AbortController,
  damage: AbortController | undefined,
): Promise<Session> {
  const { stop, abandon } = options.signals;
  const damaged = damage ? [damage.signal] : [];
  const signals = {
    ...options.signals,
    stop: AbortSignal.any([stop, closing.signal, ...damaged]),
    abandon: AbortSignal.any([abandon, ...damaged]),
  };
  return Session.open({ ...options, signals }, damage);
}
