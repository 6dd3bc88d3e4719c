// The options of an emulator that hold for every API. Each API has options of its own beside them, for the emulator and
// for each tenant.

import type { Clock } from '../contract/clock.ts';
import type { EmulatedApi } from './api.ts';
import type { PlanEntry } from './faults/plan.ts';
import type { AccountOptions } from './world/account.ts';

export interface ServerOptions {
  /** The port to listen on; 0, the default, takes any free one. */
  readonly port?: number;
  /** The number that everything generated is a function of; 1 by default. */
  readonly seed?: number;
  /** The number of tenants to invent, or what is to be special about each; 1 by default. */
  readonly tenants?: number | readonly AccountOptions[];
  /** The source of the time; the emulator can be moved ahead of it. The system's clock by default. */
  readonly clock?: Pick<Clock, 'now'>;
  /**
   * Milliseconds since the epoch at which history ends and new activity begins; now by default. Give it to have the
   * same content after a restart.
   */
  readonly origin?: number;
  /** True when time stands still until it is advanced. */
  readonly frozen?: boolean;
  readonly faults?: readonly PlanEntry[];
  /** False when bodies are never compressed, not even for clients that accept gzip. */
  readonly gzip?: boolean;
  /** Seconds for which a token is good; 3,599 by default. */
  readonly tokenLifetimeSeconds?: number;
  /** APIs to emulate beside those of the registry. */
  readonly apis?: readonly EmulatedApi[];
}
