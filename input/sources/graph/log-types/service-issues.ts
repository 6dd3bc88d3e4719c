// Issues of Microsoft's services, each with what Microsoft posts about it while it lasts.

import { dayMs } from '../../../contract/time.ts';
import type { FeedQuery, LogType } from '../log-type.ts';

const feed: FeedQuery = {
  name: 'serviceIssues',
  path: '/v1.0/admin/serviceAnnouncement/issues',
  timeProperty: 'lastModifiedDateTime',
  endOperator: 'lt',
  headers: { prefer: 'odata.maxpagesize=1000' },
  longestSliceMs: 30 * dayMs,
};

export const serviceIssues: LogType = {
  kind: 'graph-service-issues',
  title: 'service health issues',
  dataset: 'm365.service_health',
  endpoints: [feed.path],
  permissions: ['ServiceHealth.Read.All'],
  licence: 'none',
  clouds: ['commercial', 'gcc', 'gcc-high', 'dod', 'china'],
  budget: 'service communications',
  reachMs: 30 * dayMs,
  delay: '5m',
  feedNames: [feed.name],
  chooseFeeds: () => [feed],
};
