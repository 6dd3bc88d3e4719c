// Keeps this process connected to its agent: states go out when one changes and at every turn of a timer, never because
// something came in, since the agent answers while anything differs, and two who answer each other do nothing else. A
// connection that breaks is made again after a pause; collecting knows nothing of it.

import { WakeableSleep } from '../../concurrency/wakeable-sleep.ts';
import type { Clock } from '../../contract/clock.ts';
import { describeError } from '../../contract/errors.ts';
import type { Logger } from '../../contract/logger.ts';
import { backOff } from '../../http/back-off.ts';
import { type AgentConnection, connectToAgent } from '../connection.ts';
import { methods } from '../protocol/definition.ts';
import {
  type ActionAnswer,
  type ActionRequest,
  type Expected,
  type ObservedStates,
  readActionRequest,
  readExpected,
  type StartUp,
  writeActionAnswer,
  writeObserved,
} from '../protocol/messages.ts';
import { PieceJoiner } from './join-pieces.ts';
import { AgentStream, type StreamEnd } from './open-stream.ts';
import { pause } from './pause.ts';

export interface ControlLinkOptions {
  readonly startUp: StartUp;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  /** Returns the present states of all units. */
  readonly observe: () => Omit<ObservedStates, 'token' | 'canChunk'>;
  readonly onExpected: (expected: Expected) => void;
  readonly onAction: (request: ActionRequest) => Promise<ActionAnswer>;
  /** An agent that was lost for so long is gone for good; it is waited for without end where absent. */
  readonly goneAfterMs?: number | undefined;
}

/** `told`: this side closed it. `refused`: the agent does not know this process. `gone`: nobody answers any more. */
export type LinkEnd = 'told' | 'refused' | 'gone';

/** A third of the time after which the agent misses a check-in. */
const checkinEveryMs = 10_000;
/** Changes come in swarms, and each check-in holds the state of every unit. */
const gatheredMs = 200;
/** An agent that does not read is not waited for longer. */
const farewellMs = 1000;
const pauses = { firstMs: 500, mostMs: 10_000 };

export class ControlLink {
  readonly #options: ControlLinkOptions;
  readonly #changes: WakeableSleep;
  #connectedAt: number;
  #isLost = false;

  constructor(options: ControlLinkOptions) {
    this.#options = options;
    this.#changes = new WakeableSleep(options.clock);
    this.#connectedAt = options.clock.now();
  }

  /** Something of what `observe` returns may have changed. */
  changed(): void {
    this.#changes.wake();
  }

  /** Resolves when the link is over. The last states are sent before it is closed by `signal`. */
  async run(signal: AbortSignal): Promise<LinkEnd> {
    const { clock, random, goneAfterMs = Number.POSITIVE_INFINITY } = this.#options;
    for (let failures = 0; ; failures += 1) {
      const before = this.#connectedAt;
      const end = await this.#connectOnce(signal);
      if (end === undefined) return 'told';
      if (end.isRefused) return 'refused';
      if (this.#connectedAt > before) failures = 0;
      if (clock.now() - this.#connectedAt >= goneAfterMs) return 'gone';
      this.#sayLost(end);
      await pause(clock, backOff(failures, pauses, random), signal);
      if (signal.aborted) return 'told';
    }
  }

  /** Undefined where the signal ended it. */
  async #connectOnce(signal: AbortSignal): Promise<StreamEnd | undefined> {
    using connection = connectToAgent(this.#options.startUp);
    const over = new AbortController();
    const joiner = new PieceJoiner();
    const stream = new AgentStream(connection.open(methods.checkin), (message) => {
      this.#sayConnected();
      const whole = joiner.add(readExpected(message));
      if (whole) this.#accept(whole);
    });
    void stream.ended.then(() => over.abort());
    const work = [
      this.#checkIn(stream, AbortSignal.any([over.signal, signal])),
      this.#answer(connection, AbortSignal.any([over.signal, signal])),
    ];
    const told = new Promise<undefined>((resolve) => {
      if (signal.aborted) resolve(undefined);
      signal.addEventListener('abort', () => resolve(undefined), { once: true });
    });
    const end = await Promise.race([stream.ended, told]);
    await Promise.all(work);
    if (end === undefined) {
      this.#send(stream);
      stream.end();
      await Promise.race([stream.ended, this.#options.clock.sleep(farewellMs)]);
    }
    return end;
  }

  /** A fault in what is done with a message must not end the connection. */
  #accept(expected: Expected): void {
    const { onExpected, log } = this.#options;
    try {
      onExpected(expected);
    } catch (error) {
      log.error({}, `What Elastic Agent asks for could not be read: ${describeError(error)}`);
    }
  }

  async #checkIn(stream: AgentStream, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    while (!signal.aborted) {
      this.#send(stream);
      await this.#changes.sleep(checkinEveryMs, signal);
      await pause(clock, gatheredMs, signal);
    }
  }

  #send(stream: AgentStream): void {
    const { observe, startUp } = this.#options;
    const { token, canChunk } = startUp;
    stream.write(writeObserved({ ...observe(), token, canChunk }));
  }

  /** Answers the agent's questions as long as the states go out; a stream of questions that breaks is opened again. */
  async #answer(connection: AgentConnection, signal: AbortSignal): Promise<void> {
    const { clock, random, startUp } = this.#options;
    for (let failures = 0; !signal.aborted; failures += 1) {
      const stream = new AgentStream(connection.open(methods.actions), (message) => {
        failures = 0;
        void this.#answerOne(stream, readActionRequest(message));
      });
      stream.write(writeActionAnswer(startUp.token, 'init', { succeeded: true, result: {} }, clock.now()));
      const cancel = () => stream.cancel();
      signal.addEventListener('abort', cancel, { once: true });
      const end = await stream.ended;
      signal.removeEventListener('abort', cancel);
      if (end.isUnsupported || end.isRefused) return;
      await pause(clock, backOff(failures, pauses, random), signal);
    }
  }

  async #answerOne(stream: AgentStream, request: ActionRequest): Promise<void> {
    const { onAction, startUp, clock } = this.#options;
    const answer = await onAction(request).catch((error: unknown) => ({
      succeeded: false,
      result: { error: describeError(error) },
    }));
    stream.write(writeActionAnswer(startUp.token, request.id, answer, clock.now()));
  }

  #sayConnected(): void {
    const { clock, log } = this.#options;
    this.#connectedAt = clock.now();
    if (this.#isLost) log.info({}, 'Elastic Agent is reached again.');
    this.#isLost = false;
  }

  #sayLost({ reason }: StreamEnd): void {
    if (this.#isLost) return;
    this.#isLost = true;
    this.#options.log.warn(
      {},
      `The connection to Elastic Agent was lost: ${reason} It is tried again; collecting goes on.`,
    );
  }
}
