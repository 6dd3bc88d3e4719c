// Changes of the directory and risks of identities: the emulator's records, with the activities that give power, and the
// states that a risk goes through.

import type { RecordDraft } from '../../../input/emulator/apis/graph/log-kind.ts';
import { directoryAudits } from '../../../input/emulator/apis/graph/records/directory-audits.ts';
import { riskDetections } from '../../../input/emulator/apis/graph/records/risk-detections.ts';
import type { Person } from '../../../input/emulator/world/company.ts';
import { type SampleDocument, type SampleOptions, sampleTenants } from './events.ts';
import { type GraphRecord, graphRecords, mapGraph } from './graph.ts';

export function sampleAudits(options: SampleOptions): SampleDocument[] {
  return sampleTenants(options.seed).flatMap((tenant) => {
    const records = graphRecords(tenant, { kind: directoryAudits, count: 420, vary: varyAudit }, options);
    return mapGraph('azure.auditlogs', tenant, records, options);
  });
}

export function sampleRisks(options: SampleOptions): SampleDocument[] {
  return sampleTenants(options.seed).flatMap((tenant) => {
    const statesOf = () => 2;
    const records = graphRecords(
      tenant,
      { kind: riskDetections, count: 60, statesOf, vary: varyRisk },
      options,
    );
    return mapGraph('azure.identity_protection', tenant, records, options);
  });
}

type Change = readonly [property: string, before: string | null, after: string | null];

interface Activity {
  readonly name: string;
  readonly category: string;
  readonly service?: string;
  readonly target: (person: Person, guid: string) => readonly object[];
}

const changed = (changes: readonly Change[]) =>
  changes.map(([displayName, oldValue, newValue]) => ({ displayName, oldValue, newValue }));

const user = (person: Person, ...changes: readonly Change[]) => ({
  id: person.objectId,
  displayName: person.name,
  type: 'User',
  userPrincipalName: person.upn,
  modifiedProperties: changed(changes),
});

const named = (type: string, displayName: string, id: string, ...changes: readonly Change[]) => ({
  id,
  displayName,
  type,
  modifiedProperties: changed(changes),
});

const role = (name: string): Change => ['Role.DisplayName', null, `"${name}"`];
const lostRole = (name: string): Change => ['Role.DisplayName', `"${name}"`, null];

const roles: readonly Activity[] = [
  ['Add member to role', role('Helpdesk Administrator')] as const,
  ['Add member to role', role('Exchange Administrator')] as const,
  ['Remove member from role', lostRole('Helpdesk Administrator')] as const,
].map(([name, change]) => ({
  name,
  category: 'RoleManagement',
  target: (person) => [user(person, change)],
}));

const consented =
  '"[] => [[Id: a1, ClientId: 00000000-0000-0000-0000-000000000000, ConsentType: Principal, Scope: openid Mail.Read offline_access, CreatedDateTime: , LastModifiedDateTime ]]; "';

const applications: readonly Activity[] = [
  {
    name: 'Consent to application',
    category: 'ApplicationManagement',
    target: (_, id) => [
      named(
        'ServicePrincipal',
        'Mail helper',
        id,
        ['ConsentContext.IsAdminConsent', null, '"False"'],
        ['ConsentAction.Permissions', null, consented],
      ),
    ],
  },
  {
    name: 'Add app role assignment to service principal',
    category: 'ApplicationManagement',
    target: (_, id) => [
      named('ServicePrincipal', 'Microsoft Graph', id, ['AppRole.Value', null, '"Mail.ReadWrite"']),
    ],
  },
  ...['Add service principal credentials', 'Update application - Certificates and secrets management'].map(
    (name) => ({
      name,
      category: 'ApplicationManagement',
      target: (_: Person, id: string) => [
        named('ServicePrincipal', 'invoice-export', id, ['KeyDescription', '[]', '["[KeyType=Password]"]']),
      ],
    }),
  ),
  {
    name: 'Add owner to application',
    category: 'ApplicationManagement',
    target: (person) => [user(person, ['Application.DisplayName', null, '"invoice-export"'])],
  },
];

const policies: readonly Activity[] = [
  ['Update conditional access policy', 'Require multifactor authentication'] as const,
  ['Delete conditional access policy', 'Block legacy authentication'] as const,
  ['Update named location', 'Head office'] as const,
].map(([name, title]) => ({
  name,
  category: 'Policy',
  service: 'Conditional Access',
  target: (_, id) => [
    named('Policy', title, id, ['ConditionalAccessPolicy', '{"state":"enabled"}', '{"state":"disabled"}']),
  ],
}));

const accounts: readonly Activity[] = [
  ...['Add user', 'Update user', 'Reset user password', 'Delete user', 'Invite external user'].map(
    (name): Activity => ({ name, category: 'UserManagement', target: (person) => [user(person)] }),
  ),
  {
    name: 'User registered security info',
    category: 'UserManagement',
    service: 'Authentication Methods',
    target: (person) => [user(person)],
  },
  {
    name: 'Add member to group',
    category: 'GroupManagement',
    target: (person, id) => [
      user(person, ['Group.DisplayName', null, '"Finance"']),
      named('Group', 'Finance', id),
    ],
  },
  {
    name: 'Remove member from group',
    category: 'GroupManagement',
    target: (person) => [user(person, ['Group.DisplayName', '"Project Phoenix"', null])],
  },
  {
    name: 'Register device',
    category: 'Device',
    service: 'Device Registration Service',
    target: (_, id) => [named('Device', 'DESKTOP-7', id)],
  },
];

/** Accounts and groups change most often; power is given seldom. */
const activities = [accounts, accounts, accounts, roles, applications, policies] as const;

function varyAudit({ world, random }: RecordDraft): GraphRecord {
  const some = random.pick(activities);
  const activity = some[random.below(some.length)];
  const person = random.pick(world.people);
  if (activity === undefined) return {};
  const { name, category, service = 'Core Directory', target } = activity;
  return {
    activityDisplayName: name,
    category,
    loggedByService: service,
    targetResources: target(person, random.guid()),
  };
}

const kinds = [
  'unfamiliarFeatures',
  'anonymizedIPAddress',
  'leakedCredentials',
  'unlikelyTravel',
  'passwordSpray',
  'maliciousIPAddress',
] as const;

/** Some are still at risk in their second state; the others were dealt with. */
function varyRisk({ version, random }: RecordDraft): GraphRecord {
  const riskEventType = random.pick(kinds);
  const isUser = riskEventType === 'leakedCredentials';
  const ends = random.pick(['remediated', 'remediated', 'dismissed', 'confirmedCompromised', 'atRisk']);
  const level = random.chance(0.3) ? 'high' : random.chance(0.6) ? 'medium' : 'low';
  return {
    riskEventType,
    location: null,
    riskLevel: level,
    riskState: version === 0 ? 'atRisk' : ends,
    riskDetail: version > 0 && ends === 'remediated' ? 'userPerformedSecuredPasswordChange' : 'none',
    activity: isUser ? 'user' : 'signin',
    detectionTimingType: isUser ? 'offline' : 'realtime',
  };
}
