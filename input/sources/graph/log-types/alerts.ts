// Alerts of the Defender products, Entra ID Protection, Purview and Sentinel, by alerts_v2. An alert changes while it is worked
// on; each change that a poll sees is a record.

import { dayMs } from '../../../contract/time.ts';
import type { FeedQuery, LogType } from '../log-type.ts';

const feed: FeedQuery = {
  name: 'alerts',
  path: '/v1.0/security/alerts_v2',
  timeProperty: 'lastUpdateDateTime',
  pageSize: 500,
  endOperator: 'lt',
  headers: { prefer: 'include-unknown-enum-members' },
  longestSliceMs: 7 * dayMs,
};

export const alerts: LogType = {
  kind: 'graph-alerts',
  title: 'alerts',
  dataset: 'm365_defender.alert',
  endpoints: [feed.path],
  permissions: ['SecurityAlert.Read.All'],
  licence: 'that of the product that raises the alert',
  clouds: ['commercial', 'gcc', 'gcc-high', 'dod'],
  budget: 'security',
  reachMs: 30 * dayMs,
  delay: '5m',
  feedNames: [feed.name],
  options: [
    {
      name: 'legacy_alerts',
      type: 'boolean',
      default: false,
      title: 'Legacy alerts',
      about:
        'Microsoft has retired the legacy alerts (/security/alerts), so that the value true is refused. These alerts have the same detections, but for those of a Sentinel that is not connected to Defender.',
      shown: 'advanced',
    },
  ],
  findProblems: (settings) =>
    settings.flag('legacy_alerts')
      ? [
          {
            place: settings.placeOf('legacy_alerts'),
            message:
              'legacy_alerts cannot be collected: Microsoft has retired /security/alerts in 2026. Remove the setting; alerts_v2, which this stream reads, covers their products, but for a Sentinel that is not connected to Defender',
          },
        ]
      : [],
  chooseFeeds: () => [feed],
};
