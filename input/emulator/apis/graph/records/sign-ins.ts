// Sign-ins of the four types, with every property of v1.0's metadata and those that beta adds.

import type { Random } from '../../../world/random.ts';
import type { LogKind, RecordDraft } from '../log-kind.ts';

const graphResource = '00000003-0000-0000-c000-000000000000';

const failures = [
  [50126, 'Error validating credentials due to invalid username or password.'],
  [
    50053,
    'Account is locked because user tried to sign in too many times with an incorrect user ID or password.',
  ],
  [53003, 'Access has been blocked by Conditional Access policies.'],
  [50074, 'Strong Authentication is required.'],
] as const;

const applications = [
  ['c44b4083-3bb0-49c1-b47d-974e53cbdf3c', 'Azure Portal'],
  ['1fec8e78-bce4-4aaf-ab1b-5451cc387264', 'Microsoft Teams'],
  ['9199bf20-a13f-4107-85dc-02114787ef48', 'One Outlook Web'],
] as const;

const shared = {
  path: 'auditLogs/signIns',
  timeProperties: ['createdDateTime'],
  permissions: ['AuditLog.Read.All'],
  limit: 'reports',
  mostPerPage: 1000,
  writeId: (guid: string) => guid,
} as const;

const typed = (name: string, write: LogKind['write']): LogKind => ({
  ...shared,
  name,
  versions: ['beta'],
  chosenBy: new RegExp(`signInEventTypes/any\\(t: ?t eq '${name}'\\)`),
  write,
});

export const signIns: readonly LogKind[] = [
  typed('nonInteractiveUser', (draft) => writeUser(draft, 'nonInteractiveUser')),
  typed('servicePrincipal', (draft) => writePrincipal(draft, 'servicePrincipal')),
  typed('managedIdentity', (draft) => writePrincipal(draft, 'managedIdentity')),
  {
    ...shared,
    name: 'interactiveUser',
    versions: ['v1.0', 'beta'],
    write: (draft) => writeUser(draft, 'interactiveUser'),
  },
];

function writeUser(draft: RecordDraft, type: string): object {
  const { world, random } = draft;
  const person = random.pick(world.people);
  const [appId, appDisplayName] = random.pick(applications);
  const [errorCode, failureReason] = random.chance(0.15) ? random.pick(failures) : ([0, 'Other.'] as const);
  const isRisky = random.chance(0.02);
  return {
    ...writeShared(draft, type),
    userDisplayName: person.name,
    userPrincipalName: person.upn,
    userId: person.objectId,
    appId,
    appDisplayName,
    ipAddress: person.address,
    userAgent: person.userAgent,
    clientAppUsed: random.chance(0.05) ? 'IMAP4' : 'Browser',
    isInteractive: type === 'interactiveUser',
    conditionalAccessStatus: errorCode === 53003 ? 'failure' : 'success',
    riskDetail: 'none',
    riskLevelAggregated: isRisky ? 'medium' : 'none',
    riskLevelDuringSignIn: isRisky ? 'medium' : 'none',
    riskState: isRisky ? 'atRisk' : 'none',
    riskEventTypes: [],
    riskEventTypes_v2: isRisky ? ['unfamiliarFeatures'] : [],
    servicePrincipalId: '',
    servicePrincipalName: null,
    status: {
      errorCode,
      failureReason,
      additionalDetails: errorCode === 0 ? 'MFA requirement satisfied by claim in the token' : null,
    },
    deviceDetail: {
      deviceId: random.chance(0.5) ? random.guid() : '',
      displayName: 'LAPTOP-7',
      operatingSystem: 'Windows10',
      browser: 'Edge 131.0.0',
      isCompliant: random.chance(0.8),
      isManaged: true,
      trustType: 'Azure AD joined',
    },
    location: writeLocation(),
    appliedConditionalAccessPolicies: [writePolicy(random)],
    authenticationAppDeviceDetails: null,
    authenticationRequirement: random.chance(0.6)
      ? 'multiFactorAuthentication'
      : 'singleFactorAuthentication',
    authenticationProtocol: random.chance(0.02) ? 'deviceCode' : 'none',
    originalTransferMethod: 'none',
    incomingTokenType: type === 'interactiveUser' ? 'none' : 'primaryRefreshToken',
    userType: 'member',
    sessionId: random.guid(),
    signInIdentifier: person.upn,
    signInIdentifierType: null,
    isTenantRestricted: false,
    flaggedForReview: false,
    authenticationDetails: [
      {
        authenticationStepDateTime: new Date(draft.createdAt).toISOString(),
        authenticationMethod: 'Password',
        authenticationMethodDetail: 'Password in the cloud',
        succeeded: errorCode === 0,
        authenticationStepResultDetail:
          errorCode === 0
            ? 'Correct password'
            : 'Invalid username or password or Invalid on-premises username or password.',
        authenticationStepRequirement: 'Primary authentication',
      },
    ],
    authenticationMethodsUsed: [],
    authenticationRequirementPolicies: [
      { requirementProvider: 'multiConditionalAccess', detail: 'Conditional Access' },
    ],
    signInTokenProtectionStatus: 'none',
    appTokenProtectionStatus: null,
    tokenProtectionStatusDetails: { signInSessionStatus: 'unbound', signInSessionStatusCode: 1002 },
    sessionLifetimePolicies: [],
    mfaDetail: null,
  };
}

function writePrincipal(draft: RecordDraft, type: string): object {
  const { random, world } = draft;
  const number = random.below(7);
  const isFailed = random.chance(0.1);
  return {
    ...writeShared(draft, type),
    userDisplayName: null,
    userPrincipalName: null,
    userId: '',
    appId: random.guid(),
    appDisplayName: null,
    ipAddress: type === 'managedIdentity' ? '' : random.pick(world.people).address,
    userAgent: null,
    clientAppUsed: null,
    isInteractive: false,
    conditionalAccessStatus: 'notApplied',
    riskDetail: 'none',
    riskLevelAggregated: 'none',
    riskLevelDuringSignIn: 'none',
    riskState: 'none',
    riskEventTypes_v2: [],
    servicePrincipalId: random.guid(),
    servicePrincipalName: `backup-job-${number}`,
    servicePrincipalCredentialKeyId: random.guid(),
    servicePrincipalCredentialThumbprint: random.hex(40).toUpperCase(),
    clientCredentialType: type === 'managedIdentity' ? 'none' : 'clientSecret',
    managedServiceIdentity:
      type === 'managedIdentity'
        ? {
            msiType: 'systemAssigned',
            associatedResourceId: '/subscriptions/1/vm',
            federatedTokenId: null,
            federatedTokenIssuer: null,
          }
        : null,
    federatedCredentialId: null,
    status: isFailed
      ? { errorCode: 7000215, failureReason: 'Invalid client secret is provided.', additionalDetails: null }
      : { errorCode: 0, failureReason: null, additionalDetails: null },
    location: writeLocation(),
    appliedConditionalAccessPolicies: [],
    agent: { agentType: 'notAgentic', parentAppId: null },
  };
}

function writeShared({ id, createdAt, world, random }: RecordDraft, type: string): object {
  return {
    id,
    // Graph writes whole seconds.
    createdDateTime: `${new Date(createdAt).toISOString().slice(0, 19)}Z`,
    correlationId: random.guid(),
    originalRequestId: id,
    uniqueTokenIdentifier: random.hex(22),
    resourceDisplayName: 'Microsoft Graph',
    resourceId: graphResource,
    resourceTenantId: world.tenantId,
    resourceServicePrincipalId: random.guid(),
    homeTenantId: world.tenantId,
    homeTenantName: '',
    tokenIssuerName: '',
    tokenIssuerType: 'AzureAD',
    processingTimeInMilliseconds: random.between(20, 900),
    autonomousSystemNumber: 3320,
    crossTenantAccessType: 'none',
    signInEventTypes: [type],
    authenticationProcessingDetails: [{ key: 'Is CAE Token', value: 'True' }],
    authenticationContextClassReferences: [],
    networkLocationDetails: [],
    conditionalAccessAudiences: [],
    azureResourceId: null,
    globalSecureAccessIpAddress: null,
    ipAddressFromResourceProvider: null,
    isThroughGlobalSecureAccess: false,
    privateLinkDetails: null,
    appliedEventListeners: [],
    authenticationAppPolicyEvaluationDetails: [],
  };
}

function writePolicy(random: Random): object {
  return {
    id: random.guid(),
    displayName: 'Require multifactor authentication',
    enforcedGrantControls: ['Mfa'],
    enforcedSessionControls: [],
    result: 'success',
    conditionsSatisfied: 'application,users',
    conditionsNotSatisfied: 'none',
  };
}

function writeLocation(): object {
  return {
    city: 'Oslo',
    state: 'Oslo',
    countryOrRegion: 'NO',
    geoCoordinates: { altitude: null, latitude: 59.91, longitude: 10.75 },
  };
}
