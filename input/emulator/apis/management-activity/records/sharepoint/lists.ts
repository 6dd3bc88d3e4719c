// Builds records of lists (36), their items (54) and their columns (56), and of comments (37).

import type { RecordFamily, RecordFields, Scene } from '../record.ts';
import { buildSharePointRecord, chooseVisit } from './visit.ts';

interface ListKind {
  readonly recordType: number;
  readonly itemType: string;
  readonly operations: readonly [string, ...string[]];
}

const list: ListKind = {
  recordType: 36,
  itemType: 'List',
  operations: ['ListViewed', 'ListUpdated', 'ListCreated'],
};
const item: ListKind = {
  recordType: 54,
  itemType: 'ListItem',
  operations: ['ListItemViewed', 'ListItemUpdated'],
};
const column: ListKind = {
  recordType: 56,
  itemType: 'Field',
  operations: ['ListColumnCreated', 'SiteColumnUpdated'],
};
const comment: ListKind = {
  recordType: 37,
  itemType: 'Comment',
  operations: ['CommentCreated', 'CommentDeleted'],
};

const createBuild =
  (kind: ListKind) =>
  (scene: Scene): RecordFields => {
    const { random } = scene;
    const visit = chooseVisit(scene);
    const title = random.pick(['Assets', 'Onboarding', 'Risk register', visit.site.list]);
    const operation = random.pick(kind.operations);
    const objectId = `${visit.url}/Lists/${title}${kind === list ? '' : `/${random.between(1, 900)}_.000`}`;
    return buildSharePointRecord(
      scene,
      { recordType: kind.recordType, operation, objectId, visit },
      {
        ItemType: kind.itemType,
        ApplicationDisplayName: 'Lists',
        ApplicationId: '3138fe80-4087-4b04-80a6-8866c738028a',
        FromApp: false,
        ItemCount: random.between(0, 400),
        ListBaseTemplateType: '100',
        ListBaseType: 'GenericList',
        ListColor: '',
        ListIcon: '',
        ListTitle: title,
        TemplateTypeId: '',
      },
    );
  };

export const sharePointListFamilies: readonly RecordFamily[] = [
  { recordType: 36, contentType: 'Audit.SharePoint', weight: 5, build: createBuild(list) },
  { recordType: 54, contentType: 'Audit.SharePoint', weight: 2, build: createBuild(item) },
  { recordType: 56, contentType: 'Audit.SharePoint', weight: 2, build: createBuild(column) },
  { recordType: 37, contentType: 'Audit.SharePoint', weight: 1, build: createBuild(comment) },
];
