// Incidents of Defender XDR with their alerts. An incident changes while it is worked on; each change that a poll sees is a
// record.

import { dayMs } from '../../../contract/time.ts';
import type { FeedQuery, LogType } from '../log-type.ts';

const feed: FeedQuery = {
  name: 'incidents',
  path: '/v1.0/security/incidents',
  timeProperty: 'lastUpdateDateTime',
  expand: 'alerts',
  // More are refused.
  pageSize: 50,
  endOperator: 'lt',
  headers: { prefer: 'include-unknown-enum-members' },
  longestSliceMs: 7 * dayMs,
};

export const incidents: LogType = {
  kind: 'graph-incidents',
  title: 'incidents',
  dataset: 'm365_defender.incident',
  endpoints: [feed.path],
  permissions: ['SecurityIncident.Read.All'],
  licence: 'that of the product that raises the alerts',
  clouds: ['commercial', 'gcc', 'gcc-high', 'dod'],
  budget: 'security',
  reachMs: 30 * dayMs,
  delay: '5m',
  feedNames: [feed.name],
  chooseFeeds: () => [feed],
};
