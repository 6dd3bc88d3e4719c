// The part of a running emulator that works the same whichever APIs it emulates: tests reach it by calling it, or over
// HTTP by the control requests.

import type { PlanEntry, PlayedFault } from '../faults/plan.ts';
import type { RequestLog } from '../server/request-log.ts';
import type { EmulatorTime } from '../time.ts';
import type { DistinctId, TruthFilter, TruthRecord, TruthSummary } from '../truth/truth.ts';

export interface Controllable {
  /** `http://127.0.0.1:port`: the login host and the host of every API in one. */
  readonly url: string;
  /** The address of a host that is not the service; whatever it is sent is logged as misuse. */
  readonly foreignUrl: string;
  readonly time: EmulatorTime;
  readonly requests: RequestLog;
  /** Lists every record that was made available up to now, repeated ones as often as they are served. */
  truth(filter?: TruthFilter): Iterable<TruthRecord>;
  /** Lists each Id once. */
  distinctIds(filter?: TruthFilter): Iterable<DistinctId>;
  /** Counts batches and records by tenant and feed. */
  summarize(): readonly TruthSummary[];
  /** Replaces the fault plan; all counts begin anew. */
  setFaults(entries: readonly PlanEntry[]): void;
  /** Returns the plan, with how often each entry matched and was played. */
  faults(): readonly PlayedFault[];
  /** Moves the emulator's clock forward by so many milliseconds. */
  advance(ms: number): void;
  /** Lists the settings of every tenant, those that the APIs hold included. */
  describeTenants(): readonly object[];
  /**
   * Changes a tenant, named by GUID or domain. It takes effect with the next request; roles with the next token.
   * Throws an OperatorError when there is no such tenant.
   */
  updateTenant(tenant: string, changes: object): void;
  /** Stops listening and cuts the connections that are open. */
  close(): Promise<void>;
}
