// The health of Microsoft's services: issues, each with what Microsoft posts about it while it lasts, and messages of the
// message centre, by which Microsoft announces changes to administrators. Each is a feed with a permission of its own.

import { dayMs } from '../../../contract/time.ts';
import type { FeedQuery, LogType } from '../log-type.ts';

const shared = {
  timeProperty: 'lastModifiedDateTime',
  endOperator: 'lt',
  headers: { prefer: 'odata.maxpagesize=1000' },
  longestSliceMs: 30 * dayMs,
} as const;

const issues: FeedQuery = {
  ...shared,
  name: 'serviceIssues',
  path: '/v1.0/admin/serviceAnnouncement/issues',
};

const messages: FeedQuery = {
  ...shared,
  name: 'messageCentre',
  path: '/v1.0/admin/serviceAnnouncement/messages',
};

export const serviceHealth: LogType = {
  kind: 'graph-service-health',
  title: 'service health issues and messages of the message centre',
  dataset: 'm365.service_health',
  endpoints: [issues.path, messages.path],
  permissions: ['ServiceHealth.Read.All', 'ServiceMessage.Read.All'],
  feedPermissions: {
    [issues.name]: ['ServiceHealth.Read.All'],
    [messages.name]: ['ServiceMessage.Read.All'],
  },
  licence: 'none',
  clouds: ['commercial', 'gcc', 'gcc-high', 'dod', 'china'],
  budget: 'service communications',
  reachMs: 30 * dayMs,
  delay: '5m',
  feedNames: [issues.name, messages.name],
  options: [
    {
      name: 'service_issues',
      type: 'boolean',
      default: true,
      title: 'Issues of services',
      about: 'Incidents and advisories of Microsoft’s services; needs ServiceHealth.Read.All.',
      shown: 'main',
    },
    {
      name: 'message_centre',
      type: 'boolean',
      default: true,
      title: 'Message centre',
      about: 'What Microsoft announces to administrators; needs ServiceMessage.Read.All.',
      shown: 'main',
    },
  ],
  findProblems: (settings) =>
    settings.flag('service_issues') || settings.flag('message_centre')
      ? []
      : [
          {
            place: settings.placeOf('message_centre'),
            message:
              'with service_issues and message_centre both false nothing is left to collect; remove the stream, or give one of them true',
          },
        ],
  chooseFeeds: (settings) => [
    ...(settings.flag('service_issues') ? [issues] : []),
    ...(settings.flag('message_centre') ? [messages] : []),
  ],
};
