// After an unknown outcome the request may still be at work: a look would miss what it is about to store, and after a
// rollover nothing would refuse the second copy. So the look waits until no bulk request of ours is at work any more.

import { isObject } from '../../../../pipelines/json/unknown.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { Connection } from '../connect/connection.ts';

/** Sent with every bulk request; Elasticsearch shows it with the tasks that the request causes, on every node. */
export const opaqueId = 'm365';

export class Stillness {
  readonly #connection: Connection;
  readonly #clock: Clock;
  readonly #settleMs: number;
  #reached: Promise<void> | undefined;

  /** `settleMs`: how long an Elasticsearch that answers may take to begin with a request that had arrived before. */
  constructor(connection: Connection, clock: Clock, settleMs: number) {
    this.#connection = connection;
    this.#clock = clock;
    this.#settleMs = settleMs;
  }

  /** An outcome became unknown: the next `reach` waits again. Before the first one, another process's may be. */
  disturb(): void {
    this.#reached = undefined;
  }

  /** Resolves when no request that was on its way at the call is at work. */
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
    // Its answer proves that the server is running again, should it have stood still.
    await this.#atWork(signal);
    await this.#clock.sleep(this.#settleMs, signal);
    let earlier = await this.#atWork(signal);
    while (earlier.size > 0) {
      await this.#clock.sleep(this.#settleMs, signal);
      earlier = earlier.intersection(await this.#atWork(signal));
    }
  }

  /** The tasks of bulk requests of ours, of any process. Where the key may not ask, none is known of. */
  async #atWork(signal: AbortSignal): Promise<ReadonlySet<string>> {
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
