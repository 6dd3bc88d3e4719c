// Microsoft Graph as the emulator's registry knows it.

import type { EmulatedApi } from '../../api.ts';
import { findLogKind } from './filter.ts';
import { Graph } from './graph.ts';
import { logKinds } from './records/index.ts';

export const graph: EmulatedApi = {
  name: 'graph',
  routes: [
    {
      operation: 'graph',
      method: 'GET',
      path: /^\/(?<version>v1\.0|beta)\/(?<log>(?:auditLogs|identityProtection|security|admin)\/.+)$/,
    },
  ],
  // The hosts of the national clouds.
  audiences: [
    'https://graph.microsoft.com',
    'https://graph.microsoft.us',
    'https://dod-graph.microsoft.us',
    'https://microsoftgraph.chinacloudapi.cn',
  ],
  roles: [...new Set(logKinds.flatMap(({ permissions }) => permissions))],
  faults: { 'foreign-page': {} },
  readLabels: ({ version = '', log = '' }, query) => ({
    contentType: findLogKind(logKinds, { version, path: log, filter: query.get('$filter') ?? '' })?.name,
    contentId: query.get('$skiptoken') ?? undefined,
  }),
  open: (environment) => new Graph(environment),
};
