// Provisioning logs: what the provisioning service did in another system.

import type { LogKind, RecordDraft } from '../log-kind.ts';

export const provisioning: LogKind = {
  name: 'provisioning',
  path: 'auditLogs/provisioning',
  versions: ['v1.0', 'beta'],
  timeProperties: ['activityDateTime'],
  permissions: ['AuditLog.Read.All', 'Directory.Read.All'],
  limit: 'reports',
  mostPerPage: 1000,
  writeId: (guid) => guid,
  write: writeProvisioning,
};

function writeProvisioning({ id, createdAt, world, random }: RecordDraft): object {
  const person = random.pick(world.people);
  const isFailed = random.chance(0.1);
  return {
    id,
    activityDateTime: `${new Date(createdAt).toISOString().slice(0, 19)}Z`,
    tenantId: world.tenantId,
    jobId: 'scim.1',
    cycleId: random.guid(),
    changeId: random.guid(),
    provisioningAction: random.chance(0.3) ? 'create' : 'update',
    durationInMilliseconds: random.between(50, 4_000),
    servicePrincipal: { id: random.guid(), displayName: 'Expenses', name: null },
    sourceSystem: { id: random.guid(), displayName: 'Microsoft Entra ID', details: {} },
    targetSystem: { id: random.guid(), displayName: 'Expenses', details: { ApplicationId: random.guid() } },
    initiatedBy: { id: '', displayName: 'Azure AD Provisioning Service', initiatorType: 'system' },
    provisioningStatusInfo: {
      status: isFailed ? 'failure' : 'success',
      errorInformation: isFailed
        ? {
            errorCode: 'SystemForCrossDomainIdentityManagementServiceIncompatible',
            reason: 'The target refused the change.',
            additionalDetails: null,
            errorCategory: 'nonServiceFailure',
            recommendedAction: null,
          }
        : null,
    },
    provisioningSteps: [
      {
        name: 'EntryImportUpdate',
        provisioningStepType: 'import',
        status: 'success',
        description: 'Received user change from the directory.',
        details: { objectId: person.objectId },
      },
    ],
    modifiedProperties: [{ displayName: 'active', oldValue: null, newValue: 'True' }],
    sourceIdentity: {
      id: person.objectId,
      displayName: person.name,
      identityType: 'User',
      details: { userPrincipalName: person.upn },
    },
    targetIdentity: { id: random.guid(), displayName: person.upn, identityType: 'user', details: {} },
  };
}
