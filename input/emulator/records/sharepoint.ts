// What happens in SharePoint and OneDrive: pages and sites (4) and files (6).

import type { Fields, RecordFamily, Scene } from './record.ts';
import { addressOf, record } from './record.ts';
import type { Person, Site } from './world.ts';

interface Document {
  readonly name: string;
  readonly extension: string;
}

const documents: readonly [Document, ...Document[]] = [
  { name: 'Budget 2027.xlsx', extension: 'xlsx' },
  { name: 'Roadmap.pptx', extension: 'pptx' },
  { name: 'Überblick Verträge.docx', extension: 'docx' },
  { name: 'minutes_2026-11-03.docx', extension: 'docx' },
  { name: 'customers.csv', extension: 'csv' },
  { name: 'setup.exe', extension: 'exe' },
  { name: 'scan 0042.pdf', extension: 'pdf' },
];

interface Place {
  readonly person: Person;
  readonly site: Site;
  readonly url: string;
  readonly workload: 'OneDrive' | 'SharePoint';
}

function choosePlace({ random, world }: Scene): Place {
  const person = random.pick(world.people);
  const site = random.pick(world.sites);
  const personal = random.chance(0.4);
  const home = `https://${world.domain.replace('.', '-my.sharepoint.')}/personal/${person.upn.replace(/\W/g, '_')}`;
  return { person, site, url: personal ? home : site.url, workload: personal ? 'OneDrive' : 'SharePoint' };
}

function frame(
  scene: Scene,
  recordType: number,
  operation: string,
  objectId: string,
  place: Place,
  own: Fields,
): Fields {
  const { random } = scene;
  return record(
    scene,
    {
      operation,
      recordType,
      workload: place.workload,
      userId: random.chance(0.05) ? 'app@sharepoint' : place.person.upn,
      userKey: `i:0h.f|membership|${place.person.puid.toLowerCase()}@live.com`,
      clientIp: addressOf(scene, place.person),
      objectId,
    },
    {
      AppAccessContext: {
        AADSessionId: random.guid(),
        ClientAppId: '08e18876-6177-487e-b8b5-cf950c1e598c',
        ClientAppName: 'SharePoint Online Web Client Extensibility',
        CorrelationId: random.guid(),
        UniqueTokenId: random.hex(22),
      },
      CorrelationId: random.guid(),
      EventSource: 'SharePoint',
      IsManagedDevice: random.chance(0.7),
      ListId: place.site.list,
      ListItemUniqueId: random.guid(),
      Site: place.site.site,
      UserAgent: place.person.userAgent,
      WebId: place.site.web,
      ...own,
    },
  );
}

function buildFile(scene: Scene): Fields {
  const { random } = scene;
  const place = choosePlace(scene);
  const file = random.pick(documents);
  const folder = random.pick(['Shared Documents', 'Documents/2026', 'Documents/Board', '']);
  const operation = random.pick([
    'FileAccessed',
    'FileAccessed',
    'FileModified',
    'FileUploaded',
    'FileDownloaded',
    'FilePreviewed',
    'FileDeleted',
    'FileSyncDownloadedFull',
  ]);
  return frame(scene, 6, operation, [place.url, folder, file.name].filter(Boolean).join('/'), place, {
    ItemType: 'File',
    FileSizeBytes: random.between(800, 9_000_000),
    HighPriorityMediaProcessing: false,
    SourceFileExtension: file.extension,
    SiteUrl: `${place.url}/`,
    SourceFileName: file.name,
    SourceRelativeUrl: folder,
  });
}

function buildPage(scene: Scene): Fields {
  const place = choosePlace(scene);
  return frame(
    scene,
    4,
    scene.random.pick(['PageViewed', 'ClientViewSignaled', 'PageViewedExtended', 'SiteCollectionCreated']),
    place.url,
    place,
    {
      ItemType: 'Page',
      CustomUniqueId: false,
    },
  );
}

export const sharePointFamilies: readonly RecordFamily[] = [
  { recordType: 6, contentType: 'Audit.SharePoint', weight: 70, build: buildFile },
  { recordType: 4, contentType: 'Audit.SharePoint', weight: 12, build: buildPage },
];
