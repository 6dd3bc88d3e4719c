// Sign-ins: of users, of users' applications without them, of service principals and of managed identities. Microsoft keeps
// each of the four as a log of its own.

import { dayMs } from '../../../contract/time.ts';
import type { FeedQuery, LogType } from '../log-type.ts';

const signInTypes = ['interactiveUser', 'nonInteractiveUser', 'servicePrincipal', 'managedIdentity'] as const;
const versions = ['beta', 'v1.0'] as const;

const shared = {
  timeProperty: 'createdDateTime',
  pageSize: 1000,
  endOperator: 'lt',
  longestSliceMs: dayMs,
} as const;

const fromBeta = (name: (typeof signInTypes)[number]): FeedQuery => ({
  ...shared,
  name,
  path: '/beta/auditLogs/signIns',
  filter: `signInEventTypes/any(t: t eq '${name}')`,
  // Without it, values that were added to an enumeration later come as unknownFutureValue.
  headers: { prefer: 'include-unknown-enum-members' },
});

/** It has no word for the types, and gives interactive sign-ins alone. */
const fromFirstVersion: FeedQuery = { ...shared, name: signInTypes[0], path: '/v1.0/auditLogs/signIns' };

export const signIns: LogType = {
  kind: 'graph-sign-ins',
  title: 'sign-ins',
  dataset: 'azure.signinlogs',
  endpoints: ['/beta/auditLogs/signIns', '/v1.0/auditLogs/signIns'],
  permissions: ['AuditLog.Read.All'],
  licence: 'Entra ID P1 or P2; the risk of a sign-in needs P2',
  clouds: ['commercial', 'gcc', 'gcc-high', 'dod', 'china'],
  budget: 'reports',
  reachMs: 30 * dayMs,
  delay: '10m',
  feedNames: signInTypes,
  options: [
    {
      name: 'all_sign_in_types',
      type: 'boolean',
      default: true,
      title: 'Collect all sign-in event types',
      about:
        'Interactive and non-interactive sign-ins of users, those of service principals and of managed identities; the value false collects interactive ones alone.',
      shown: 'main',
    },
    {
      name: 'api_version',
      type: 'choice',
      choices: versions,
      default: 'beta',
      title: 'API version of sign-ins',
      about:
        'v1.0 is for who may not use beta. It gives interactive sign-ins alone, without userType, authenticationRequirement, authenticationProtocol, incomingTokenType, sessionId, tokenProtectionStatusDetails, originalTransferMethod, clientCredentialType and others, so that 27 of the 40 rules about sign-ins find nothing.',
      shown: 'advanced',
    },
  ],
  chooseFeeds: (settings) => {
    if (settings.choice('api_version', versions) === 'v1.0') return [fromFirstVersion];
    return settings.flag('all_sign_in_types') ? signInTypes.map(fromBeta) : [fromBeta(signInTypes[0])];
  },
};
