// Provisioning: what Entra's provisioning service creates, changes and removes in other systems.

import { dayMs } from '../../../contract/time.ts';
import type { FeedQuery, LogType } from '../log-type.ts';

const feed: FeedQuery = {
  name: 'provisioning',
  path: '/v1.0/auditLogs/provisioning',
  timeProperty: 'activityDateTime',
  pageSize: 1000,
  endOperator: 'lt',
  longestSliceMs: dayMs,
};

export const provisioning: LogType = {
  kind: 'graph-provisioning',
  title: 'provisioning logs',
  dataset: 'azure.provisioning',
  endpoints: [feed.path],
  permissions: ['AuditLog.Read.All', 'Directory.Read.All'],
  licence: 'Entra ID P1 or P2',
  clouds: ['commercial', 'gcc', 'gcc-high', 'dod', 'china'],
  budget: 'reports',
  reachMs: 30 * dayMs,
  delay: '10m',
  feedNames: [feed.name],
  chooseFeeds: () => [feed],
};
