// The parts of the generated pages about this source: its error codes and the hosts of each cloud.

import type { SourceReference } from '../source-kind.ts';
import { cloudHosts } from './api/clouds.ts';
import { type Effect, errorCatalogue } from './api/error-catalogue.ts';

const meanwhile: Record<Effect, string> = {
  'fail tenant': 'The tenant is asked again, slowly.',
  'fail content type': 'This content type is asked again, slowly; the others go on.',
  'start subscription': 'The subscription is started as soon as Microsoft allows it.',
  'retry blob':
    'This content is asked for again, with growing pauses, until the date that Microsoft listed for it has passed. Only then it counts as lost, with the reason; everything else goes on.',
  'restart window': 'The time window is listed again from its first page.',
  'clamp window': 'The time window is cut to what Microsoft allows.',
  'slow down': 'The whole tenant pauses for as long as Microsoft says.',
  'renew token': 'A new token is fetched and the request repeated.',
  retry: 'The request is repeated with growing pauses.',
  success: 'Nothing: this is as good as success.',
};

const hostOf = (url: string): string => new URL(url).host;

export const reference: SourceReference = {
  logType: {
    title: 'audit records of all services',
    endpoints: ['/api/v1.0/{tenant}/activity/feed'],
    permissions: ['ActivityFeed.Read', 'ActivityFeed.ReadDlp for DLP.All'],
    licence: 'Microsoft 365, with audit log search turned on',
    clouds: Object.keys(cloudHosts),
    limit: '2,000 requests a minute',
  },
  errors: errorCatalogue.map(({ code, cause, fix, effect }) => ({
    code,
    cause,
    fix,
    meanwhile: meanwhile[effect],
  })),
  clouds: Object.entries(cloudHosts).map(([name, { login, management }]) => ({
    name,
    tokens: hostOf(login),
    content: hostOf(management),
  })),
};
