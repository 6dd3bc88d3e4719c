// Builds records of changes in the directory (8): users, roles, groups, applications, consent.

import type { Person } from '../../../../world/company.ts';
import { hash, Random } from '../../../../world/random.ts';
import { buildRecord, type RecordFamily, type RecordFields, type Scene, toPairs } from '../record.ts';

interface DirectoryChange {
  readonly operation: string;
  readonly category: string;
  /** The kind of object that is changed; a person when absent. */
  readonly of?: 'ServicePrincipal' | 'Application';
  /** Lists the attributes that were changed, with their new and old values. */
  modified(scene: Scene, target: Person): readonly ModifiedAttribute[];
}

interface ModifiedAttribute {
  readonly name: string;
  readonly now: readonly unknown[];
  readonly before?: readonly unknown[];
}

const roles = [
  'Global Administrator',
  'Exchange Administrator',
  'Helpdesk Administrator',
  'Reports Reader',
] as const;

const changes: readonly [DirectoryChange, ...DirectoryChange[]] = [
  {
    operation: 'Update user.',
    category: 'User',
    modified: ({ random }, target) => [
      {
        name: 'StrongAuthenticationPhoneAppDetail',
        now: [{ DeviceName: 'Pixel 8', Id: random.guid(), AuthenticatorFlavor: 'Authenticator' }],
      },
      { name: 'TargetId.UserType', now: ['Member'] },
      { name: 'LastDirSyncTime', now: ['2026-11-20T06:00:11Z'], before: ['2026-11-20T05:30:09Z'] },
      { name: 'Mail', now: [target.upn], before: [target.upn] },
    ],
  },
  {
    operation: 'Add user.',
    category: 'User',
    modified: (_, target) => [
      { name: 'AccountEnabled', now: [true] },
      { name: 'DisplayName', now: [target.name] },
      { name: 'MailNickname', now: [target.upn.split('@')[0]] },
      { name: 'UserPrincipalName', now: [target.upn] },
      { name: 'UserType', now: ['Member'] },
    ],
  },
  {
    operation: 'Add member to role.',
    category: 'Role',
    modified: ({ random }) => [
      { name: 'Role.ObjectID', now: [random.guid()] },
      { name: 'Role.DisplayName', now: [random.pick(roles)] },
      { name: 'Role.TemplateId', now: [random.guid()] },
      { name: 'Role.WellKnownObjectName', now: ['TenantAdmins'] },
    ],
  },
  {
    operation: 'Remove member from role.',
    category: 'Role',
    modified: ({ random }) => [
      { name: 'Role.ObjectID', now: [], before: [random.guid()] },
      { name: 'Role.DisplayName', now: [], before: [random.pick(roles)] },
      { name: 'Role.TemplateId', now: [], before: [random.guid()] },
    ],
  },
  {
    operation: 'Add member to group.',
    category: 'Group',
    modified: ({ random, world }) => [
      { name: 'Group.ObjectID', now: [random.guid()] },
      { name: 'Group.DisplayName', now: [random.pick(world.teams).name] },
    ],
  },
  {
    operation: 'Consent to application.',
    category: 'Application',
    of: 'ServicePrincipal',
    modified: ({ random, world }) => [
      { name: 'ConsentContext.IsAdminConsent', now: [random.chance(0.5) ? 'True' : 'False'] },
      { name: 'ConsentContext.IsAppOnly', now: ['False'] },
      { name: 'ConsentContext.OnBehalfOfAll', now: ['False'] },
      {
        name: 'ConsentAction.Permissions',
        now: [
          `[] => [[Id: ${random.guid()}, ClientId: ${random.guid()}, PrincipalId: , ResourceId: ${random.guid()}, ConsentType: AllPrincipals, Scope: Mail.Read offline_access User.Read, CreatedDateTime: , LastModifiedDateTime ]]; `,
        ],
      },
      { name: 'TargetId.ServicePrincipalNames', now: [`api://${world.domain}/${random.hex(8)}`] },
    ],
  },
  {
    operation: 'Update application – Certificates and secrets management ',
    category: 'Application',
    of: 'Application',
    modified: ({ random }) => [
      {
        name: 'KeyDescription',
        now: [`[KeyIdentifier=${random.guid()},KeyType=Password,KeyUsage=Verify,DisplayName=rotation]`],
        before: [],
      },
    ],
  },
  {
    operation: 'Reset user password.',
    category: 'User',
    modified: (_, target) => [{ name: 'TargetId.UserPrincipalName', now: [target.upn] }],
  },
];

/**
 * The values of an attribute are JSON in text, as the directory prints it; those of the object that it belongs to,
 * which have a dot in their names, stand plainly.
 */
const print = (name: string, values: readonly unknown[]): string =>
  name.includes('.')
    ? values.map(String).join('; ')
    : JSON.stringify(values, undefined, 2).replaceAll('\n', '\r\n');

function describeModified(modified: readonly ModifiedAttribute[]): RecordFields[] {
  const own = modified.map(({ name, now, before }) => ({
    Name: name,
    NewValue: print(name, now),
    OldValue: print(name, before ?? []),
  }));
  const names = modified.map(({ name }) => name).join(', ');
  return [...own, { Name: 'Included Updated Properties', NewValue: names, OldValue: '' }];
}

const applications = ['Expense Reports', 'Mail Merge Pro', 'Ticket Desk', 'Backup Agent'] as const;

/** The object that a record is about: its `ObjectId`, and how `Target` writes it. */
interface DescribedObject {
  readonly objectId: string;
  readonly target: readonly RecordFields[];
}

const describePerson = ({ objectId, upn, puid }: Person): DescribedObject => ({
  objectId: upn,
  target: [
    { ID: `User_${objectId}`, Type: 2 },
    { ID: objectId, Type: 2 },
    { ID: 'User', Type: 2 },
    { ID: upn, Type: 5 },
    { ID: puid, Type: 3 },
  ],
});

function describeApplication(
  kind: 'ServicePrincipal' | 'Application',
  { random, world }: Scene,
): DescribedObject {
  const name = random.pick(applications);
  const [object, id] = [kind, 'id'].map((part) => new Random(hash(world.tenantId, name, part)).guid());
  return {
    objectId: id ?? name,
    target: [
      { ID: `${kind}_${object}`, Type: 2 },
      { ID: object, Type: 2 },
      { ID: kind, Type: 2 },
      { ID: name, Type: 1 },
      { ID: id, Type: 2 },
      ...(kind === 'ServicePrincipal' ? [{ ID: id, Type: 4 }] : []),
    ],
  };
}

function buildChange(scene: Scene): RecordFields {
  const { random, world } = scene;
  const change = random.pick(changes);
  const target = random.pick(world.people);
  const about = change.of === undefined ? describePerson(target) : describeApplication(change.of, scene);
  const byApplication = change.operation !== 'Consent to application.' && random.chance(0.25);
  const actor = random.pick(world.admins);
  const principal = random.guid();
  const result = random.chance(0.04) ? 'Failure' : 'Success';
  return buildRecord(
    scene,
    {
      operation: change.operation,
      recordType: 8,
      workload: 'AzureActiveDirectory',
      resultStatus: result,
      userId: byApplication ? `ServicePrincipal_${principal}` : actor.upn,
      userKey: byApplication ? 'Not Available' : `${actor.puid}@${world.domain}`,
      userType: byApplication ? 4 : 0,
      objectId: about.objectId,
    },
    {
      AzureActiveDirectoryEventType: 1,
      ExtendedProperties: toPairs({
        additionalDetails: JSON.stringify({ UserType: 'Member', 'User-Agent': actor.userAgent }),
        extendedAuditEventCategory: change.category,
      }),
      ModifiedProperties: describeModified(change.modified(scene, target)),
      Actor: byApplication
        ? [
            { ID: 'Provisioning Robot', Type: 1 },
            { ID: principal, Type: 2 },
            { ID: `ServicePrincipal_${principal}`, Type: 2 },
            { ID: random.guid(), Type: 4 },
          ]
        : [
            { ID: actor.upn, Type: 5 },
            { ID: actor.puid, Type: 3 },
            { ID: `User_${actor.objectId}`, Type: 2 },
            { ID: actor.objectId, Type: 2 },
            { ID: 'User', Type: 2 },
          ],
      ActorContextId: world.tenantId,
      ActorIpAddress: byApplication ? '' : actor.address,
      InterSystemsId: random.guid(),
      IntraSystemId: random.guid(),
      SupportTicketId: '',
      Target: about.target,
      TargetContextId: world.tenantId,
    },
  );
}

export const entraDirectoryFamilies: readonly RecordFamily[] = [
  { recordType: 8, contentType: 'Audit.AzureActiveDirectory', weight: 27, build: buildChange },
];
