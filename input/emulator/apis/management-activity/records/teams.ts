// Builds records of Microsoft Teams: chats, channels and memberships (25), and its administration (57).

import { buildRecord, pickAddress, type RecordFamily, type RecordFields, type Scene } from './record.ts';

const operations = [
  'MessageSent',
  'MessageSent',
  'MessageCreatedHasLink',
  'MemberAdded',
  'MemberRoleChanged',
  'TeamsSessionStarted',
  'ChannelAdded',
  'AppInstalled',
  'ChatCreated',
] as const;

/** Roles are 1 member, 2 owner, 3 guest. */
function pickMembers({ random, world: { people } }: Scene): RecordFields[] {
  const first = random.below(people.length);
  return [0, 1, 2].map((step) => {
    const member = people[(first + step) % people.length] ?? people[0];
    return { DisplayName: member.name, Role: random.between(1, 3), UPN: member.upn };
  });
}

function buildTeams(scene: Scene): RecordFields {
  const { random, world } = scene;
  const person = random.pick(world.people);
  const team = random.pick(world.teams);
  const channel = random.pick(team.channels);
  return buildRecord(
    scene,
    {
      operation: random.pick(operations),
      recordType: 25,
      workload: 'MicrosoftTeams',
      userId: person.upn,
      userKey: person.objectId,
      clientIp: pickAddress(scene, person),
      objectId: team.name,
    },
    {
      AADGroupId: team.groupId,
      ChannelGuid: channel.id,
      ChannelName: channel.name,
      ChannelType: 'Standard',
      CommunicationType: 'Team',
      ExtraProperties: [
        { Key: 'TimeZone', Value: 'Europe/Copenhagen' },
        { Key: 'OsName', Value: random.pick(['windows', 'macos', 'android']) },
        { Key: 'OsVersion', Value: 'nt10.0' },
        { Key: 'Country', Value: 'dk' },
        { Key: 'ClientName', Value: 'skypeteams' },
        { Key: 'ClientVersion', Value: '27/1.0.0.2026110601' },
      ],
      Members: pickMembers(scene),
      MessageId: String(scene.at),
      MessageSizeInBytes: random.between(10, 9_000),
      MessageURLs: random.chance(0.2) ? ['https://example.org/agenda'] : [],
      MessageVersion: '0',
      ParticipantInfo: {
        HasForeignTenantUsers: random.chance(0.1),
        HasGuestUsers: random.chance(0.1),
        HasOtherGuestUsers: false,
        HasUnauthenticatedUsers: false,
        ParticipatingTenantIds: [world.tenantId],
      },
      ResourceTenantId: world.tenantId,
      TeamGuid: team.id,
      TeamName: team.name,
    },
  );
}

function buildAdmin(scene: Scene): RecordFields {
  const { random, world } = scene;
  const actor = random.pick(world.admins);
  const setting = random.pick(['AllowGuestUser', 'AllowFederatedUsers', 'AllowTeamsConsumer']);
  return buildRecord(
    scene,
    {
      operation: 'TeamsTenantSettingChanged',
      recordType: 57,
      workload: 'MicrosoftTeams',
      resultStatus: 'Succeeded',
      userId: actor.upn,
      userKey: actor.objectId,
      userType: 2,
      clientIp: pickAddress(scene, actor),
      objectId: setting,
    },
    {
      ExtraProperties: [{ Key: 'Tool', Value: 'TeamsAdminCenter' }],
      ModifiedProperties: [{ Name: setting, NewValue: 'True', OldValue: 'False' }],
      Name: setting,
      NewValue: 'True',
      OldValue: 'False',
    },
  );
}

export const teamsFamilies: readonly RecordFamily[] = [
  { recordType: 25, contentType: 'Audit.General', weight: 35, build: buildTeams },
  { recordType: 57, contentType: 'Audit.General', weight: 2, build: buildAdmin },
];
