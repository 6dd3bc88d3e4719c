// Builds records of sharing, in and out of the organization (14).

import type { RecordFamily, RecordFields, Scene } from '../record.ts';
import { documents, folders } from './files.ts';
import { buildSharePointRecord, chooseVisit } from './visit.ts';

const operations = [
  'SharingSet',
  'AnonymousLinkCreated',
  'AnonymousLinkUsed',
  'SharingInvitationCreated',
  'AddedToSecureLink',
  'AddedToGroup',
] as const;

function buildSharing(scene: Scene): RecordFields {
  const { random, world } = scene;
  const visit = chooseVisit(scene);
  const file = random.pick(documents);
  const folder = random.pick(folders);
  const guest = random.chance(0.4);
  const target = guest ? 'partner_example.org#ext#@'.concat(world.domain) : random.pick(world.people).upn;
  const objectId = [visit.url, folder, file.name].filter(Boolean).join('/');
  return buildSharePointRecord(
    scene,
    { recordType: 14, operation: random.pick(operations), objectId, visit },
    {
      ItemType: 'File',
      EventData: '<Type>View</Type><MembersCanShareApplied>False</MembersCanShareApplied>',
      Permission: random.pick(['Read', 'Contribute', 'FullControl']),
      SharingLinkScope: guest ? 'Anyone' : 'Organization',
      SourceFileExtension: file.extension,
      SiteUrl: `${visit.url}/`,
      SourceFileName: file.name,
      SourceRelativeUrl: folder,
      TargetUserOrGroupName: target,
      TargetUserOrGroupType: guest ? 'Guest' : 'Member',
      UniqueSharingId: random.guid(),
    },
  );
}

export const sharePointSharingFamilies: readonly RecordFamily[] = [
  { recordType: 14, contentType: 'Audit.SharePoint', weight: 13, build: buildSharing },
];
