// Messages of the message centre: what Microsoft announces to administrators.

import { dayMs } from '../../../contract/time.ts';
import type { FeedQuery, LogType } from '../log-type.ts';

const feed: FeedQuery = {
  name: 'messageCentre',
  path: '/v1.0/admin/serviceAnnouncement/messages',
  timeProperty: 'lastModifiedDateTime',
  endOperator: 'lt',
  headers: { prefer: 'odata.maxpagesize=1000' },
  longestSliceMs: 30 * dayMs,
};

export const messageCentre: LogType = {
  kind: 'graph-message-centre',
  title: 'messages of the message centre',
  dataset: 'm365.service_health',
  endpoints: [feed.path],
  permissions: ['ServiceMessage.Read.All'],
  licence: 'none',
  clouds: ['commercial', 'gcc', 'gcc-high', 'dod', 'china'],
  budget: 'service communications',
  reachMs: 30 * dayMs,
  delay: '5m',
  feedNames: [feed.name],
  chooseFeeds: () => [feed],
};
