// The emulator as a test, a benchmark or a command holds it: a running emulator with the APIs of the registry, in their
// types. `/emulator/…` offers the same over HTTP.

import type {
  ApiFault,
  ApiOptions,
  ApiTenantChanges,
  ApiTenantOptions,
  ApiTenantSettings,
} from './apis/index.ts';
import { ManagementActivity, type PublishedBlob } from './apis/management-activity/management-activity.ts';
import type { PublishRequest } from './apis/management-activity/publish.ts';
import type { Controllable } from './control/controllable.ts';
import type { PlanEntry, SharedFault } from './faults/plan.ts';
import type { ServerOptions } from './options.ts';
import { type EmulatorParts, RunningEmulator } from './server/running-emulator.ts';
import type { AccountOptions, AccountSettings } from './world/account.ts';

export type Fault = SharedFault | ApiFault;
export type FaultEntry = PlanEntry<Fault>;

export interface TenantOptions extends AccountOptions, ApiTenantOptions {}

/** The settings of a tenant, its secrets included. */
export interface TenantSettings extends AccountSettings, ApiTenantSettings {}

/** The settings that may change while the emulator runs. */
type TenantChanges = Partial<Omit<AccountSettings, 'tenantId' | 'domain'>> & ApiTenantChanges;

export interface EmulatorOptions extends Omit<ServerOptions, 'tenants' | 'faults'>, ApiOptions {
  /** The number of tenants to invent, or what is to be special about each; 1 by default. */
  readonly tenants?: number | readonly TenantOptions[];
  readonly faults?: readonly FaultEntry[];
}

export interface Emulator extends Controllable {
  readonly tenants: readonly TenantSettings[];
  setFaults(entries: readonly FaultEntry[]): void;
  updateTenant(tenant: string, changes: TenantChanges): void;
  /** Adds a content blob of the Management Activity API. Throws an OperatorError when the request cannot be. */
  publish(request: PublishRequest): PublishedBlob;
}

export class TypedEmulator extends RunningEmulator implements Emulator {
  private readonly accounts: EmulatorParts['accounts'];
  private readonly activity: ManagementActivity;

  constructor(parts: EmulatorParts) {
    super(parts);
    this.accounts = parts.accounts;
    this.activity = findActivity(parts);
  }

  get tenants(): readonly TenantSettings[] {
    return this.accounts.map(({ settings }) => ({
      ...settings,
      ...this.activity.describeTenant(settings.tenantId),
    }));
  }

  publish(request: PublishRequest): PublishedBlob {
    return this.activity.publish(request);
  }
}

function findActivity({ apis }: EmulatorParts): ManagementActivity {
  const found = apis.map(({ running }) => running).find((running) => running instanceof ManagementActivity);
  if (!found) throw new Error('The registry of emulated APIs lacks the Management Activity API.');
  return found;
}
