// Reads the options of this source from the checked settings of a stream.

import type { PolicyProblem } from '../../options/problems.ts';
import type { Settings } from '../../options/settings.ts';
import type { SourceIdentity } from '../source-kind.ts';
import { checkTenantSettings, isOnThisMachine, readTenantSettings } from '../tenant/read-tenant.ts';
import type { LogType } from './log-type.ts';
import type { GraphOptions } from './options.ts';

/** Undefined where the settings do not fit together; `problems` then says why. */
export function readGraphOptions(
  logType: LogType,
  settings: Settings,
  problems: PolicyProblem[],
): GraphOptions | undefined {
  const found = [
    ...checkTenantSettings(settings, ['login_url', 'graph_url']),
    ...(logType.findProblems?.(settings) ?? []),
  ];
  problems.push(...found);
  if (found.length > 0) return undefined;
  return {
    ...readTenantSettings(settings),
    logType,
    hosts: { login: settings.text('login_url'), graph: settings.text('graph_url') },
    feeds: logType.chooseFeeds(settings),
    intervalMs: settings.durationMs('interval'),
    initialIntervalMs: settings.durationMs('initial_interval'),
    delayMs: settings.durationMs('delay'),
    overlapMs: settings.durationMs('overlap'),
    requestsPerMinute: settings.has('requests_per_minute')
      ? settings.number('requests_per_minute')
      : undefined,
    maximumRecordBytes: settings.bytes('maximum_record_size'),
  };
}

export function identifyGraph({
  tenantId,
  tenantName,
  feeds,
  maximumRecordBytes,
  hosts,
}: GraphOptions): SourceIdentity {
  return {
    tenantId,
    tenantName,
    feeds: feeds.map(({ name }) => name),
    maximumRecordBytes,
    emulated: isOnThisMachine(hosts.graph),
  };
}
