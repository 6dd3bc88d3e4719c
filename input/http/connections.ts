// Shares dispatchers between tenants: callers with the same settings get the same one, since a thousand of them, each with
// its idle sockets and TLS state, would take hundreds of megabytes.

import type { Dispatcher } from 'undici';
import { createDispatcher, type TransportOptions } from './dispatcher.ts';

export interface DispatcherLease {
  readonly dispatcher: Dispatcher;
  /** Ends the lease. Call it once, with no request under way any more; the last lease closes the connections. */
  release(): Promise<void>;
}

interface SharedDispatcher {
  readonly dispatcher: Dispatcher;
  users: number;
}

/** The most connections to a host, far more than are used at once: requests that wait for a slow answer hold up no others. */
const maximumConnections = 1024;

export class Connections {
  readonly #shared = new Map<string, SharedDispatcher>();

  lease(options: TransportOptions = {}): DispatcherLease {
    const key = JSON.stringify(options, Object.keys(options).sort());
    const shared = this.#shared.get(key) ?? {
      dispatcher: createDispatcher({ ...options, connections: maximumConnections }),
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
