// The registry of emulated APIs. Adding one is a folder beside this file, a line in the list, and, where it has options
// or faults of its own, a line in the types.

import type { EmulatedApi } from '../api.ts';
import { graph } from './graph/index.ts';
import type { GraphFault, GraphServiceOptions, GraphTenantOptions } from './graph/options.ts';
import type { ActivityFault } from './management-activity/faults.ts';
import { managementActivity } from './management-activity/index.ts';
import type {
  ActivityOptions,
  ActivityTenantChanges,
  ActivityTenantOptions,
  ActivityTenantSettings,
} from './management-activity/options.ts';

export const apis: readonly EmulatedApi[] = [managementActivity, graph];

/** The options of all APIs for the emulator as a whole. */
export interface ApiOptions extends ActivityOptions, GraphServiceOptions {}

/** The options of all APIs for one tenant. */
export interface ApiTenantOptions extends ActivityTenantOptions, GraphTenantOptions {}

/** The settings of one tenant that the APIs hold. */
export interface ApiTenantSettings extends ActivityTenantSettings {}

/** The changes to a tenant that the APIs take. */
export interface ApiTenantChanges extends ActivityTenantChanges {}

/** The faults that only one API knows. */
export type ApiFault = ActivityFault | GraphFault;
