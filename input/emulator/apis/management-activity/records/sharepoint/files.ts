// Builds records of files (6) and pages (4) in SharePoint and OneDrive.

import type { RecordFamily, RecordFields, Scene } from '../record.ts';
import { buildSharePointRecord, chooseVisit } from './visit.ts';

interface NamedDocument {
  readonly name: string;
  readonly extension: string;
}

export const documents: readonly [NamedDocument, ...NamedDocument[]] = [
  { name: 'Budget 2027.xlsx', extension: 'xlsx' },
  { name: 'Roadmap.pptx', extension: 'pptx' },
  { name: 'Überblick Verträge.docx', extension: 'docx' },
  { name: 'minutes_2026-11-03.docx', extension: 'docx' },
  { name: 'customers.csv', extension: 'csv' },
  { name: 'setup.exe', extension: 'exe' },
  { name: 'scan 0042.pdf', extension: 'pdf' },
  { name: 'README', extension: '' },
];

export const folders = ['Shared Documents', 'Documents/2026', 'Documents/Board', ''] as const;

const fileOperations = [
  'FileAccessed',
  'FileAccessed',
  'FileAccessed',
  'FileModified',
  'FileModifiedExtended',
  'FileUploaded',
  'FileDownloaded',
  'FilePreviewed',
  'FileDeleted',
  'FileRenamed',
  'FileSyncDownloadedFull',
] as const;

function buildFile(scene: Scene): RecordFields {
  const { random } = scene;
  const visit = chooseVisit(scene);
  const file = random.pick(documents);
  const folder = random.pick(folders);
  const operation = random.pick(fileOperations);
  const objectId = [visit.url, folder, file.name].filter(Boolean).join('/');
  return buildSharePointRecord(
    scene,
    { recordType: 6, operation, objectId, visit },
    {
      ItemType: 'File',
      FileSizeBytes: random.between(800, 9_000_000),
      HighPriorityMediaProcessing: false,
      SourceFileExtension: file.extension,
      SiteUrl: `${visit.url}/`,
      SourceFileName: file.name,
      SourceRelativeUrl: folder,
      ...(operation === 'FileRenamed'
        ? {
            DestinationFileExtension: file.extension,
            DestinationFileName: `old ${file.name}`,
            DestinationRelativeUrl: folder,
          }
        : {}),
    },
  );
}

const pageOperations = [
  'PageViewed',
  'ClientViewSignaled',
  'PageViewedExtended',
  'SiteCollectionCreated',
  'PermissionLevelAdded',
] as const;

function buildPage(scene: Scene): RecordFields {
  const { random } = scene;
  const visit = chooseVisit(scene);
  const operation = random.pick(pageOperations);
  return buildSharePointRecord(
    scene,
    { recordType: 4, operation, objectId: visit.url, visit },
    {
      ItemType: operation.startsWith('Page') ? 'Page' : 'Web',
      CustomUniqueId: false,
      ...(operation === 'PermissionLevelAdded'
        ? { EventData: '<Added permission level>Design</Added permission level>' }
        : {}),
    },
  );
}

export const sharePointFileFamilies: readonly RecordFamily[] = [
  { recordType: 6, contentType: 'Audit.SharePoint', weight: 65, build: buildFile },
  { recordType: 4, contentType: 'Audit.SharePoint', weight: 12, build: buildPage },
];
