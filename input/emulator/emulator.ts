// The emulator as a program holds it: what it is, and what it can be told to do. `/emulator/…` offers the same over HTTP.

import type { ContentBlob } from './content/blob.ts';
import type { FaultEntry } from './faults/plan.ts';
import type { TenantPatch, TenantSettings } from './options.ts';
import type { PublishRequest } from './publish.ts';
import type { RequestLog } from './requests.ts';
import type { EmulatorTime } from './time.ts';
import type { DistinctId, TruthFilter, TruthRecord, TruthSummary } from './truth.ts';

export interface Emulator {
  /** `http://127.0.0.1:port`: the login host and the management host in one. */
  readonly url: string;
  /** A host that is not the service; whatever it is sent is logged as misuse. */
  readonly foreignUrl: string;
  readonly tenants: readonly TenantSettings[];
  readonly time: EmulatorTime;
  readonly requests: RequestLog;
  /** Every record that was made available up to now, repeated ones as often as they are served. */
  truth(filter?: TruthFilter): Iterable<TruthRecord>;
  /** Each Id once. */
  distinctIds(filter?: TruthFilter): Iterable<DistinctId>;
  summarize(): readonly TruthSummary[];
  /** Replaces the fault plan. */
  setFaults(entries: readonly FaultEntry[]): void;
  /** The plan, with how often each entry matched and was played. */
  faults(): readonly (FaultEntry & { readonly matched: number; readonly fired: number })[];
  advance(ms: number): void;
  publish(request: PublishRequest): Published;
  /** By GUID or domain; takes effect with the next request, roles with the next token. */
  updateTenant(tenant: string, patch: TenantPatch): void;
  close(): Promise<void>;
}

export interface Published extends Pick<ContentBlob, 'contentId' | 'contentType'> {
  readonly contentUri: string;
  readonly contentCreated: string;
}
