// Directory audits: every change in the tenant's directory.

import { dayMs } from '../../../contract/time.ts';
import type { FeedQuery, LogType } from '../log-type.ts';

const feed: FeedQuery = {
  name: 'directoryAudits',
  path: '/v1.0/auditLogs/directoryAudits',
  timeProperty: 'activityDateTime',
  pageSize: 1000,
  endOperator: 'lt',
  longestSliceMs: dayMs,
};

export const directoryAudits: LogType = {
  kind: 'graph-directory-audits',
  title: 'directory audits',
  dataset: 'azure.auditlogs',
  endpoints: [feed.path],
  permissions: ['AuditLog.Read.All', 'Directory.Read.All'],
  licence: 'none; kept for 7 days without Entra ID P1 or P2, else for 30',
  clouds: ['commercial', 'gcc', 'gcc-high', 'dod', 'china'],
  budget: 'reports',
  reachMs: 30 * dayMs,
  delay: '10m',
  feedNames: [feed.name],
  chooseFeeds: () => [feed],
};
