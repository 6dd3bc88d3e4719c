// Microsoft Teams: chats, channels and memberships (25).

import type { Fields, RecordFamily, Scene } from './record.ts';
import { addressOf, record } from './record.ts';

function buildTeams(scene: Scene): Fields {
  const { random, world } = scene;
  const person = random.pick(world.people);
  const team = random.pick(world.teams);
  const channel = random.pick(team.channels);
  const operation = random.pick([
    'MessageSent',
    'MessageCreatedHasLink',
    'MemberAdded',
    'MemberRoleChanged',
    'TeamsSessionStarted',
    'ChannelAdded',
  ]);
  return record(
    scene,
    {
      operation,
      recordType: 25,
      workload: 'MicrosoftTeams',
      userId: person.upn,
      userKey: person.objectId,
      clientIp: addressOf(scene, person),
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
      ],
      Members: [0, 1].map(() => {
        const member = random.pick(world.people);
        return { DisplayName: member.name, Role: random.between(0, 2), UPN: member.upn };
      }),
      MessageId: String(scene.at),
      ParticipantInfo: {
        HasForeignTenantUsers: random.chance(0.1),
        HasGuestUsers: random.chance(0.1),
        HasOtherGuestUsers: false,
        HasUnauthenticatedUsers: false,
        ParticipatingTenantIds: [world.tenantId],
      },
      TeamGuid: team.id,
      TeamName: team.name,
    },
  );
}

export const teamsFamilies: readonly RecordFamily[] = [
  { recordType: 25, contentType: 'Audit.General', weight: 35, build: buildTeams },
];
