// Sharing, in and out of the organization (14).

import type { Fields, RecordFamily, Scene } from './record.ts';
import { choosePlace, sharePointRecord } from './sharepoint.ts';
import { documents, folders } from './sharepoint-files.ts';

const operations = [
  'SharingSet',
  'AnonymousLinkCreated',
  'AnonymousLinkUsed',
  'SharingInvitationCreated',
  'AddedToSecureLink',
  'AddedToGroup',
] as const;

function buildSharing(scene: Scene): Fields {
  const { random, world } = scene;
  const place = choosePlace(scene);
  const file = random.pick(documents);
  const folder = random.pick(folders);
  const guest = random.chance(0.4);
  const target = guest ? 'partner_example.org#ext#@'.concat(world.domain) : random.pick(world.people).upn;
  const objectId = [place.url, folder, file.name].filter(Boolean).join('/');
  return sharePointRecord(
    scene,
    { recordType: 14, operation: random.pick(operations), objectId, place },
    {
      ItemType: 'File',
      EventData: '<Type>View</Type><MembersCanShareApplied>False</MembersCanShareApplied>',
      Permission: random.pick(['Read', 'Contribute', 'FullControl']),
      SharingLinkScope: guest ? 'Anyone' : 'Organization',
      SourceFileExtension: file.extension,
      SiteUrl: `${place.url}/`,
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
