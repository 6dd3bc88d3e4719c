// Service health: how Microsoft's services are now, issues with what Microsoft posts about them, and the messages in which
// Microsoft tells administrators of changes. Each of the three can be left out.

import { dayMs } from '../../../contract/time.ts';
import type { FeedQuery, LogType } from '../log-type.ts';

const headers = { prefer: 'odata.maxpagesize=1000' };
const below = '/v1.0/admin/serviceAnnouncement';

const feeds = {
  service_overviews: {
    name: 'serviceOverviews',
    path: `${below}/healthOverviews`,
    headers,
    permissions: ['ServiceHealth.Read.All'],
    state: 'status',
    kind: 'overview',
  },
  service_issues: {
    name: 'serviceIssues',
    path: `${below}/issues`,
    headers,
    permissions: ['ServiceHealth.Read.All'],
    timeProperty: 'lastModifiedDateTime',
    endOperator: 'lt',
    longestSliceMs: 30 * dayMs,
  },
  message_centre: {
    name: 'messageCentre',
    path: `${below}/messages`,
    headers,
    permissions: ['ServiceMessage.Read.All'],
    timeProperty: 'lastModifiedDateTime',
    endOperator: 'lt',
    longestSliceMs: 30 * dayMs,
  },
} as const satisfies Readonly<Record<string, FeedQuery>>;

const all: readonly (readonly [string, FeedQuery])[] = Object.entries(feeds);

const titles: Readonly<Record<keyof typeof feeds, { readonly title: string; readonly about: string }>> = {
  service_overviews: {
    title: 'States of services',
    about:
      'How each service is, a document for each change that a poll sees. Graph has no history of it. Needs ServiceHealth.Read.All.',
  },
  service_issues: {
    title: 'Service issues',
    about: 'Incidents and advisories, with what Microsoft posts about them. Needs ServiceHealth.Read.All.',
  },
  message_centre: {
    title: 'Message centre',
    about: 'What Microsoft announces to administrators. Needs ServiceMessage.Read.All.',
  },
};

export const serviceHealth: LogType = {
  kind: 'graph-service-health',
  title: 'service health and messages of the message centre',
  dataset: 'm365.service_health',
  endpoints: all.map(([, { path }]) => path),
  permissions: [...new Set(all.flatMap(([, { permissions = [] }]) => permissions))],
  licence: 'none',
  clouds: ['commercial', 'gcc', 'gcc-high', 'dod', 'china'],
  budget: 'service communications',
  reachMs: 30 * dayMs,
  delay: '5m',
  feedNames: all.map(([, { name }]) => name),
  options: Object.entries(titles).map(([name, { title, about }]) => ({
    ...{ name, title, about },
    type: 'boolean',
    default: true,
    shown: 'main',
  })),
  findProblems: (settings) =>
    all.some(([name]) => settings.flag(name))
      ? []
      : [
          {
            place: settings.placeOf('service_overviews'),
            message: `nothing is left to collect: set one of ${all.map(([name]) => name).join(', ')} to true, or remove the stream`,
          },
        ],
  chooseFeeds: (settings) => all.flatMap(([name, feed]) => (settings.flag(name) ? [feed] : [])),
};
