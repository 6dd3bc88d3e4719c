// Builds records of sign-ins through Entra's token service (15).

import type { RecordFamily, RecordFields, Scene } from '../record.ts';
import { buildRecord, pickAddress, toPairs } from '../record.ts';

const applications = [
  { id: '00000002-0000-0ff1-ce00-000000000000', request: 'OAuth2:Token' },
  { id: '00000003-0000-0ff1-ce00-000000000000', request: 'OAuth2:Authorize' },
  { id: '00000003-0000-0000-c000-000000000000', request: 'Login:login' },
  { id: '5e3ce6c0-2b1f-4285-8d4b-75ee78787346', request: 'OAuth2:Token' },
] as const;

const refusals = [
  { number: '50126', error: 'InvalidUserNameOrPassword' },
  { number: '50053', error: 'IdsLocked' },
  { number: '50076', error: 'UserStrongAuthClientAuthNRequiredInterrupt' },
  { number: '53003', error: 'BlockedByConditionalAccess' },
] as const;

function buildSignIn(scene: Scene): RecordFields {
  const { random, world } = scene;
  const person = random.pick(world.people);
  const application = random.pick(applications);
  const failed = random.chance(0.12);
  const refusal = random.pick(refusals);
  const address = pickAddress(scene, person);
  return buildRecord(
    scene,
    {
      operation: failed ? 'UserLoginFailed' : 'UserLoggedIn',
      recordType: 15,
      workload: 'AzureActiveDirectory',
      resultStatus: failed ? 'Failed' : 'Success',
      userId: person.upn,
      userKey: person.objectId,
      clientIp: address,
      objectId: application.id,
    },
    {
      AzureActiveDirectoryEventType: 1,
      ExtendedProperties: toPairs({
        ResultStatusDetail: failed ? 'UserError' : 'Success',
        UserAgent: person.userAgent,
        UserAuthenticationMethod: failed ? '1' : '16457',
        RequestType: application.request,
        ...(random.chance(0.2) ? { KeepMeSignedIn: 'true' } : {}),
      }),
      ModifiedProperties: [],
      Actor: [
        { ID: person.objectId, Type: 0 },
        { ID: person.upn, Type: 5 },
      ],
      ActorContextId: world.tenantId,
      ActorIpAddress: address,
      InterSystemsId: random.guid(),
      IntraSystemId: random.guid(),
      SupportTicketId: '',
      Target: [{ ID: application.id, Type: 0 }],
      TargetContextId: world.tenantId,
      ApplicationId: application.id,
      DeviceProperties: toPairs({
        OS: random.pick(['Windows10', 'MacOs', 'Ios', 'Android', 'Linux']),
        BrowserType: random.pick(['Edge', 'Chrome', 'Firefox', 'Safari', 'Other']),
        IsCompliantAndManaged: random.chance(0.6) ? 'True' : 'False',
        SessionId: random.guid(),
      }),
      ErrorNumber: failed ? refusal.number : '0',
      ...(failed ? { LogonError: refusal.error } : {}),
    },
  );
}

export const entraSignInFamilies: readonly RecordFamily[] = [
  { recordType: 15, contentType: 'Audit.AzureActiveDirectory', weight: 70, build: buildSignIn },
];
