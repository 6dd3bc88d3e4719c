// Sign-ins of two companies to Entra ID: the emulator's, with the clients, methods, policies and failures of a tenant
// that still has legacy authentication, and a password spray over IMAP on the last day.

import type { RecordDraft } from '../../../input/emulator/apis/graph/log-kind.ts';
import { signIns } from '../../../input/emulator/apis/graph/records/sign-ins.ts';
import { hash, Random } from '../../../input/emulator/world/random.ts';
import { type SampleDocument, type SampleOptions, type SampleTenant, sampleTenants } from './events.ts';
import { type GraphRecord, graphRecords, mapGraph } from './graph.ts';

const counts: Readonly<Record<string, number>> = {
  interactiveUser: 700,
  nonInteractiveUser: 600,
  servicePrincipal: 240,
  managedIdentity: 100,
};

export function sampleSignIns(options: SampleOptions): SampleDocument[] {
  return sampleTenants(options.seed).flatMap((tenant) => {
    const ordinary = signIns.flatMap((kind) => {
      const isUser = kind.name.endsWith('User');
      const log = { kind, count: counts[kind.name] ?? 0, vary: isUser ? varyUser : varyWorkload };
      return graphRecords(tenant, log, options);
    });
    const special = tenant.share > 0.5 ? passwordSpray(tenant, options) : [];
    return mapGraph('azure.signinlogs', tenant, [...ordinary, ...special], options);
  });
}

type Choice<T> = readonly [value: T, weight: number];
type Choices<T> = readonly [Choice<T>, ...Choice<T>[]];

/** Draws a value by its weight. */
function weigh<T>(random: Random, choices: Choices<T>): T {
  let left = random.next() * choices.reduce((sum, [, weight]) => sum + weight, 0);
  const [chosen] =
    choices.find(([, weight]) => {
      left -= weight;
      return left < 0;
    }) ?? choices[0];
  return chosen;
}

const clients: Choices<string> = [
  ['Browser', 52],
  ['Mobile Apps and Desktop clients', 40],
  ['Exchange ActiveSync', 3],
  ['Authenticated SMTP', 2],
  ['IMAP4', 2],
  ['Other clients', 1],
];

const errors: Choices<readonly [code: number, reason: string]> = [
  [[50126, 'Error validating credentials due to invalid username or password.'], 40],
  [[50074, 'Strong Authentication is required.'], 25],
  [[50140, "This error occurred due to 'Keep me signed in' interrupt when the user was signing-in."], 15],
  [[53003, 'Access has been blocked by Conditional Access policies.'], 10],
  [[500121, 'Authentication failed during strong authentication request.'], 8],
  [[50053, 'Account is locked because the user tried to sign in too many times.'], 6],
  [[50057, 'User account is disabled.'], 3],
];

const applications: Choices<readonly [id: string, name: string]> = [
  [['c44b4083-3bb0-49c1-b47d-974e53cbdf3c', 'Azure Portal'], 10],
  [['1fec8e78-bce4-4aaf-ab1b-5451cc387264', 'Microsoft Teams'], 30],
  [['9199bf20-a13f-4107-85dc-02114787ef48', 'One Outlook Web'], 30],
  [['d3590ed6-52b3-4102-aeff-aad2292ab01c', 'Microsoft Office'], 15],
  [['04b07795-8ddb-461a-bbee-02f9e1bf7b46', 'Microsoft Azure CLI'], 3],
];

const methods: Choices<string> = [
  ['Mobile app notification', 50],
  ['Passkey (Microsoft Authenticator)', 20],
  ['OATH verification code', 12],
  ['Text message', 10],
];

const systems: Choices<readonly [system: string, browser: string]> = [
  [['Windows11', 'Edge 131.0.0'], 60],
  [['MacOs', 'Safari 18.1'], 20],
  [['Ios 18.1', 'Mobile Safari'], 12],
  [['Linux', 'Firefox 132.0'], 5],
];

function varyUser({ id, createdAt, random }: RecordDraft): GraphRecord {
  const clientAppUsed = weigh(random, clients);
  const isLegacy = clientAppUsed !== 'Browser' && !clientAppUsed.startsWith('Mobile');
  const [errorCode, failureReason] = random.chance(0.12) ? weigh(random, errors) : [0, 'Other.'];
  const [appId, appDisplayName] = weigh(random, applications);
  const [operatingSystem, browser] = weigh(random, systems);
  const isMultiFactor = !isLegacy && random.chance(0.7);
  const risk = random.chance(0.015) ? (random.chance(0.3) ? 'high' : 'medium') : 'none';
  const isManaged = random.chance(0.8);
  const at = new Date(createdAt).toISOString();
  const step = (authenticationMethod: string, succeeded: boolean) => ({
    authenticationStepDateTime: at,
    authenticationMethod,
    succeeded,
    authenticationStepRequirement: isMultiFactor ? 'Multifactor authentication' : 'Primary authentication',
  });
  return {
    id,
    location: null,
    clientAppUsed,
    appId,
    appDisplayName,
    status: { errorCode, failureReason, additionalDetails: null },
    conditionalAccessStatus: errorCode === 53003 ? 'failure' : isLegacy ? 'notApplied' : 'success',
    appliedConditionalAccessPolicies: policiesOf(errorCode, isLegacy, random),
    authenticationRequirement: isMultiFactor ? 'multiFactorAuthentication' : 'singleFactorAuthentication',
    authenticationDetails: [
      step('Password', errorCode !== 50126),
      ...(isMultiFactor ? [step(weigh(random, methods), errorCode !== 500121)] : []),
    ],
    authenticationProtocol: random.chance(0.01) ? 'deviceCode' : 'none',
    deviceDetail: {
      deviceId: isManaged ? random.guid() : '',
      displayName: isManaged ? `LAPTOP-${random.between(1, 60)}` : '',
      operatingSystem,
      browser,
      isCompliant: isManaged && random.chance(0.9),
      isManaged,
      trustType: isManaged ? 'Azure AD joined' : '',
    },
    riskLevelAggregated: risk,
    riskLevelDuringSignIn: risk,
    riskState: risk === 'none' ? 'none' : 'atRisk',
    riskEventTypes_v2: risk === 'none' ? [] : [random.pick(['unfamiliarFeatures', 'anonymizedIPAddress'])],
    userType: random.chance(0.06) ? 'guest' : 'member',
  };
}

/** A policy that holds, one that is only tried out, and one that blocks legacy protocols when it is on. */
function policiesOf(errorCode: number, isLegacy: boolean, random: Random): object[] {
  const policy = (displayName: string, control: string, result: string) => ({
    id: `policy-${hash(displayName)}`,
    displayName,
    enforcedGrantControls: [control],
    enforcedSessionControls: [],
    result,
  });
  const needsFactor = errorCode === 50074 || errorCode === 500121 ? 'failure' : 'success';
  return [
    policy('Require multifactor authentication', 'Mfa', isLegacy ? 'notApplied' : needsFactor),
    policy(
      'Require a compliant device',
      'RequireCompliantDevice',
      random.chance(0.2) ? 'reportOnlyFailure' : 'reportOnlySuccess',
    ),
    policy('Block unknown countries', 'Block', errorCode === 53003 ? 'failure' : 'notApplied'),
  ];
}

const resources: Choices<readonly [id: string, name: string]> = [
  [['00000003-0000-0000-c000-000000000000', 'Microsoft Graph'], 50],
  [['797f4846-ba00-4fd7-ba43-dac1f8f63013', 'Azure Resource Manager'], 30],
  [['cfa8b339-82a2-471a-a3c9-0fc0be7a4093', 'Azure Key Vault'], 20],
];

const jobs = ['backup-job', 'joiner-sync', 'invoice-export', 'deploy-pipeline', 'mail-archive'] as const;

function varyWorkload({ world, random }: RecordDraft): GraphRecord {
  const servicePrincipalName = random.pick(jobs);
  const [resourceId, resourceDisplayName] = weigh(random, resources);
  const guid = new Random(hash(world.tenantId, servicePrincipalName));
  return {
    servicePrincipalName,
    servicePrincipalId: guid.guid(),
    appId: guid.guid(),
    appDisplayName: servicePrincipalName,
    servicePrincipalCredentialKeyId: guid.guid(),
    clientCredentialType: random.pick(['clientSecret', 'certificate']),
    resourceId,
    resourceDisplayName,
  };
}

const secondMs = 1000;

/** One address tries everybody's password over a protocol that knows no second factor, and one of them fits. */
function passwordSpray({ world }: SampleTenant, { end }: SampleOptions): GraphRecord[] {
  const [interactive] = signIns.filter(({ name }) => name === 'interactiveUser');
  return world.people.map((person, index) => {
    const random = new Random(hash('entra spray', index));
    const createdAt = end - 9 * 3600 * secondMs + index * 12 * secondMs;
    const id = random.guid();
    const isRight = index === 30;
    return {
      ...interactive?.write({ id, index, createdAt, updatedAt: createdAt, version: 0, world, random }),
      userPrincipalName: person.upn,
      userId: person.objectId,
      userDisplayName: person.name,
      ipAddress: '2a02:ffc0::1',
      clientAppUsed: 'IMAP4',
      appDisplayName: 'Office 365 Exchange Online',
      status: isRight
        ? { errorCode: 0, failureReason: 'Other.', additionalDetails: null }
        : { errorCode: 50126, failureReason: errors[0][0][1], additionalDetails: null },
      conditionalAccessStatus: 'notApplied',
      appliedConditionalAccessPolicies: policiesOf(0, true, random),
      authenticationRequirement: 'singleFactorAuthentication',
      riskLevelDuringSignIn: isRight ? 'high' : 'none',
      riskLevelAggregated: isRight ? 'high' : 'none',
      riskState: isRight ? 'atRisk' : 'none',
      riskEventTypes_v2: isRight ? ['passwordSpray'] : [],
    };
  });
}
