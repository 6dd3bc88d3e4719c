// Waits until no bulk request of ours is at work in Elasticsearch. After an unknown outcome the request may still be: a
// look-up would miss what it is about to store, and after a rollover nothing would refuse the second copy.

import { isObject } from '../../../../pipelines/json/unknown.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { Connection } from '../connect/connection.ts';

/** The X-Opaque-Id of every bulk request, which Elasticsearch shows with the tasks that the request causes, on every node. */
export const opaqueId = 'm365';

export class Quiescence {
  readonly #connection: Connection;
  readonly #clock: Clock;
  readonly #settleMs: number;
  #reached: Promise<void> | undefined;

  /** `settleMs`: the time that an Elasticsearch that answers may take to begin with a request that had arrived before. */
  constructor(connection: Connection, clock: Clock, settleMs: number) {
    this.#connection = connection;
    this.#clock = clock;
    this.#settleMs = settleMs;
  }

  /** Makes the next `reach` wait again, because an outcome became unknown. The first one always waits, for other processes. */
  reset(): void {
    this.#reached = undefined;
  }

  /** Resolves when no request is at work that was on its way at the call. */
  async reach(signal: AbortSignal): Promise<void> {
    const waiting = this.#reached ?? this.#wait(signal);
    this.#reached = waiting;
    try {
      await waiting;
    } catch (error) {
      if (this.#reached === waiting) this.#reached = undefined;
      throw error;
    }
  }

  async #wait(signal: AbortSignal): Promise<void> {
    // The answer proves that the server is running again, should it have been suspended.
    await this.#listTasks(signal);
    await this.#clock.sleep(this.#settleMs, signal);
    let earlier = await this.#listTasks(signal);
    while (earlier.size > 0) {
      await this.#clock.sleep(this.#settleMs, signal);
      earlier = earlier.intersection(await this.#listTasks(signal));
    }
  }

  /** Returns the tasks of bulk requests of ours, of any process; none where the key may not ask. */
  async #listTasks(signal: AbortSignal): Promise<ReadonlySet<string>> {
    const { status, body } = await this.#connection.send(
      {
        method: 'GET',
        path: '/_tasks',
        query: {
          actions: 'indices:data/write/bulk*',
          group_by: 'none',
          filter_path: 'tasks.node,tasks.id,tasks.headers',
        },
        name: 'tasks.list',
      },
      signal,
      [400, 403, 404, 405, 410],
    );
    const tasks = status === 200 && isObject(body) && Array.isArray(body.tasks) ? body.tasks : [];
    return new Set(
      tasks
        .filter(isObject)
        .filter(isOurs)
        .map(({ node, id }) => `${node}:${id}`),
    );
  }
}

function isOurs({ headers }: Readonly<Record<string, unknown>>): boolean {
  return isObject(headers) && headers['X-Opaque-Id'] === opaqueId;
}
