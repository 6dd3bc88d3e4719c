// Connections that tenants share: whoever goes out in the same way is given the same dispatcher, since a thousand of
// them, each with its idle sockets and TLS state, would take hundreds of megabytes.

import type { Dispatcher } from 'undici';
import { createDispatcher, type TransportOptions } from './dispatcher.ts';

export interface Lease {
  readonly dispatcher: Dispatcher;
  /** To be called once, when nothing of the lender's is under way any more. The last one closes the connections. */
  release(): Promise<void>;
}

interface Shared {
  readonly dispatcher: Dispatcher;
  users: number;
}

/** Far more than are used at once while servers answer; who waits for a slow one must not keep the others waiting. */
const mostConnections = 1024;

export class Connections {
  readonly #shared = new Map<string, Shared>();

  lease(options: TransportOptions = {}): Lease {
    const key = JSON.stringify(options, Object.keys(options).sort());
    const shared = this.#shared.get(key) ?? {
      dispatcher: createDispatcher({ ...options, connections: mostConnections }),
      users: 0,
    };
    this.#shared.set(key, shared);
    shared.users += 1;
    return {
      dispatcher: shared.dispatcher,
      release: async () => {
        shared.users -= 1;
        if (shared.users > 0) return;
        this.#shared.delete(key);
        await shared.dispatcher.destroy();
      },
    };
  }
}
