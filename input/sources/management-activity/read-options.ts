// Reads the options of this source from the checked settings of a stream.

import type { PolicyProblem } from '../../options/problems.ts';
import type { Settings } from '../../options/settings.ts';
import type { SourceIdentity } from '../source-kind.ts';
import {
  checkGuid,
  checkTenantSettings,
  isOnThisMachine,
  readTenantSettings,
} from '../tenant/read-tenant.ts';
import type { ManagementActivityOptions } from './options.ts';

/** Undefined where the settings do not fit together; `problems` then says why. */
export function readOptions(
  settings: Settings,
  problems: PolicyProblem[],
): ManagementActivityOptions | undefined {
  const found = [
    ...checkTenantSettings(settings, ['login_url', 'management_url']),
    ...checkGuid(settings, 'publisher_identifier'),
  ];
  problems.push(...found);
  if (found.length > 0) return undefined;
  return {
    ...readTenantSettings(settings),
    hosts: { login: settings.text('login_url'), management: settings.text('management_url') },
    contentTypes: settings.list('content_types'),
    intervalMs: settings.durationMs('interval'),
    initialIntervalMs: settings.durationMs('initial_interval'),
    overlapMs: settings.durationMs('overlap'),
    requestsPerMinute: settings.number('requests_per_minute'),
    concurrentBlobs: settings.number('concurrent_blobs'),
    maximumRecordBytes: settings.bytes('maximum_record_size'),
    publisherIdentifier: settings.text('publisher_identifier'),
  };
}

export function identify(options: ManagementActivityOptions): SourceIdentity {
  const { tenantId, tenantName, contentTypes, maximumRecordBytes, hosts } = options;
  return {
    tenantId,
    tenantName,
    feeds: contentTypes,
    maximumRecordBytes,
    emulated: isOnThisMachine(hosts.management),
  };
}
