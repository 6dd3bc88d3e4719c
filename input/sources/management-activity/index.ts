// The kind of source that reads the Office 365 Management Activity API, one tenant for each stream.

import type { SourceKind } from '../source-kind.ts';
import { foreignSettings } from './foreign-settings.ts';
import { reachMs } from './listing/windows.ts';
import { checkTenant, hostsToAllow } from './operations/check.ts';
import { takeInventory } from './operations/inventory.ts';
import { reachTenant } from './operations/reach-tenant.ts';
import { refetchContent } from './operations/refetch.ts';
import { describeState, lostState } from './operations/state.ts';
import {
  contentTypes,
  datasetName,
  kindName,
  type ManagementActivityOptions,
  managementActivityOptions,
} from './options.ts';
import { identify, readOptions } from './read-options.ts';
import { reference } from './reference.ts';
import { openSource } from './source.ts';

export const managementActivity: SourceKind<ManagementActivityOptions> = {
  name: kindName,
  service: 'Microsoft',
  itemWords: { one: 'content blob', many: 'content blobs' },
  dataset: datasetName,
  reachMs,
  feedNames: contentTypes,
  options: managementActivityOptions.options,
  foreignSettings,
  read: readOptions,
  identify,
  open: openSource,
  hosts: hostsToAllow,
  check: checkTenant,
  async findTenant(options, signal) {
    await using tenant = await reachTenant(options, signal);
    return tenant.tenantId;
  },
  inventory: takeInventory,
  refetch: refetchContent,
  describeState,
  lostState,
  reference,
};
