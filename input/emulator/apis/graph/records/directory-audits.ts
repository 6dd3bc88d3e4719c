// Directory audits: what administrators and applications change in the directory, with every property of the metadata.

import type { LogKind, RecordDraft } from '../log-kind.ts';

interface Activity {
  readonly category: string;
  readonly name: string;
  readonly operationType: string;
  readonly service: string;
  readonly target: 'User' | 'Group' | 'Application' | 'Policy' | 'Role';
  readonly changes: readonly (readonly [string, string | null, string | null])[];
}

const activities: readonly [Activity, ...Activity[]] = [
  {
    category: 'UserManagement',
    name: 'Add user',
    operationType: 'Add',
    service: 'Core Directory',
    target: 'User',
    changes: [
      ['AccountEnabled', '[]', '[true]'],
      ['Included Updated Properties', null, '"AccountEnabled"'],
    ],
  },
  {
    category: 'UserManagement',
    name: 'Reset user password',
    operationType: 'Update',
    service: 'Core Directory',
    target: 'User',
    changes: [],
  },
  {
    category: 'GroupManagement',
    name: 'Add member to group',
    operationType: 'Assign',
    service: 'Core Directory',
    target: 'Group',
    changes: [['Group.DisplayName', null, '"Finance"']],
  },
  {
    category: 'RoleManagement',
    name: 'Add member to role',
    operationType: 'Assign',
    service: 'Core Directory',
    target: 'Role',
    changes: [['Role.DisplayName', null, '"Helpdesk Administrator"']],
  },
  {
    category: 'ApplicationManagement',
    name: 'Consent to application',
    operationType: 'Assign',
    service: 'Core Directory',
    target: 'Application',
    changes: [['ConsentContext.IsAdminConsent', null, '"True"']],
  },
  {
    category: 'Policy',
    name: 'Update conditional access policy',
    operationType: 'Update',
    service: 'Conditional Access',
    target: 'Policy',
    changes: [['ConditionalAccessPolicy', '{"state":"enabled"}', '{"state":"disabled"}']],
  },
];

export const directoryAudits: LogKind = {
  name: 'directoryAudits',
  path: 'auditLogs/directoryAudits',
  versions: ['v1.0', 'beta'],
  timeProperties: ['activityDateTime'],
  permissions: ['AuditLog.Read.All', 'Directory.Read.All'],
  limit: 'reports',
  mostPerPage: 1000,
  writeId: (guid, index) => `Directory_${guid}_${index}`,
  write: writeAudit,
};

function writeAudit({ id, createdAt, world, random }: RecordDraft): object {
  const activity = random.pick(activities);
  const admin = random.pick(world.admins);
  const person = random.pick(world.people);
  const byApplication = random.chance(0.2);
  const isFailed = random.chance(0.08);
  return {
    id,
    category: activity.category,
    correlationId: random.guid(),
    result: isFailed ? 'failure' : 'success',
    resultReason: isFailed ? 'Insufficient privileges to complete the operation.' : '',
    activityDisplayName: activity.name,
    // Graph writes seven digits of a second.
    activityDateTime: `${new Date(createdAt).toISOString().slice(0, -1)}${random.between(1000, 9999)}Z`,
    loggedByService: activity.service,
    operationType: activity.operationType,
    userAgent: null,
    initiatedBy: byApplication
      ? {
          app: {
            appId: random.guid(),
            displayName: 'Provisioning of joiners',
            servicePrincipalId: random.guid(),
            servicePrincipalName: null,
          },
          user: null,
        }
      : {
          app: null,
          user: {
            id: admin.objectId,
            displayName: null,
            userPrincipalName: admin.upn,
            ipAddress: admin.address,
            userType: null,
            homeTenantId: null,
            homeTenantName: null,
          },
        },
    targetResources: [
      {
        id: activity.target === 'User' ? person.objectId : random.guid(),
        displayName: activity.target === 'User' ? person.name : null,
        type: activity.target,
        userPrincipalName: activity.target === 'User' ? person.upn : null,
        groupType: activity.target === 'Group' ? 'unifiedGroups' : null,
        modifiedProperties: activity.changes.map(([displayName, oldValue, newValue]) => ({
          displayName,
          oldValue,
          newValue,
        })),
      },
    ],
    additionalDetails: [{ key: 'User-Agent', value: admin.userAgent }],
  };
}
