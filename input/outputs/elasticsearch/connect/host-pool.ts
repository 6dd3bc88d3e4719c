// Chooses the host of each request: in turn, or the same one until it fails. One that failed rests, longer each time, and is
// asked again when its rest is over or when nothing else is left. The client has pools of its own, which go on asking a dead
// host or judge by the clock of the machine.

import {
  BaseConnectionPool,
  type Connection,
  type ConnectionPoolOptions,
  errors,
} from '@elastic/elasticsearch';
import type { Clock } from '../../../contract/clock.ts';

interface HostPoolOptions {
  readonly clock: Clock;
  /** False keeps to one host until it fails. */
  readonly inTurn: boolean;
}

/** As in the output's own back-off, but short: a host that is back is worth more than the request that found it dead. */
const rests = { firstMs: 5_000, mostMs: 60_000 };

interface Rest {
  readonly until: number;
  readonly failures: number;
}

/** Makes a pool class of the client. */
export function hostPool({ clock, inTurn }: HostPoolOptions): typeof BaseConnectionPool {
  return class HostPool extends BaseConnectionPool {
    #resting = new Map<Connection, Rest>();
    #last = -1;

    constructor(options: ConnectionPoolOptions) {
      super(options);
    }

    override getConnection(): Connection {
      const rested = this.#from(inTurn ? this.#last + 1 : this.#last).find((host) => !this.#isResting(host));
      const chosen = rested ?? this.#soonest();
      if (!chosen) throw new errors.ConfigurationError('there is no host');
      this.#last = this.connections.indexOf(chosen);
      return chosen;
    }

    override markAlive(host: Connection): this {
      this.#resting.delete(host);
      return this;
    }

    override markDead(host: Connection): this {
      // Several requests may find out together that it is dead, or find it dead still.
      const further = this.#isResting(host) ? 0 : 1;
      const failures = (this.#resting.get(host)?.failures ?? 0) + further;
      const restMs = Math.min(rests.firstMs * 2 ** (failures - 1), rests.mostMs);
      this.#resting.set(host, { failures, until: clock.now() + restMs });
      return this;
    }

    /** All hosts, this one first. */
    #from(index: number): readonly Connection[] {
      const first = Math.max(0, index);
      return [...this.connections.slice(first), ...this.connections.slice(0, first)];
    }

    #isResting(host: Connection): boolean {
      const rest = this.#resting.get(host);
      return rest !== undefined && clock.now() < rest.until;
    }

    #soonest(): Connection | undefined {
      const untilOf = (host: Connection) => this.#resting.get(host)?.until ?? 0;
      return this.#from(this.#last + 1).toSorted((a, b) => untilOf(a) - untilOf(b))[0];
    }
  };
}
