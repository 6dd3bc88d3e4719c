// What happens in mailboxes: items (2), groups of items (3), and aggregated mail access (50).

import type { Fields, RecordFamily, Scene } from './record.ts';
import { addressAndPort, pairs, record } from './record.ts';
import type { Person } from './world.ts';

const folders = [
  '\\Inbox',
  '\\Sent Items',
  '\\Drafts',
  '\\Deleted Items',
  '\\Archive',
  '\\Inbox\\Invoices',
] as const;
const subjects = [
  'Quarterly figures',
  'Re: Lunch on Thursday',
  'Invoice 20931',
  'Fwd: Travel plans – März',
  'Contract draft v7',
  '請求書の件',
] as const;
const clients = [
  'Client=OWA;Action=ViaProxy',
  'Client=REST;Client=RESTSystem;;',
  'Client=MSExchangeRPC',
  'Client=ActiveSync;SyncProtocol=16.1',
] as const;

function mailbox(scene: Scene, owner: Person, client: string): Fields {
  const { random, world } = scene;
  return {
    AppId: '00000002-0000-0ff1-ce00-000000000000',
    ClientAppId: '00000003-0000-0000-c000-000000000000',
    ClientIPAddress: owner.address,
    ClientInfoString: client,
    ClientRequestId: `{${random.guid().toUpperCase()}}`,
    ExternalAccess: false,
    InternalLogonType: 0,
    LogonType: random.chance(0.1) ? 2 : 0,
    LogonUserSid: owner.sid,
    MailboxGuid: owner.mailboxGuid,
    MailboxOwnerSid: owner.sid,
    MailboxOwnerUPN: owner.upn,
    OrganizationName: world.domain,
    OriginatingServer: `${random.pick(['DB9PR10', 'AM0PR04', 'VI1PR04'])}MB${random.between(1000, 9999)} (15.20.8158.${String(random.between(1, 99)).padStart(3, '0')})\r\n`,
    SessionId: random.guid(),
  };
}

const itemId = (scene: Scene): string => `LgAAAAD${Buffer.from(scene.random.hex(64)).toString('base64')}AAAB`;
const messageId = (scene: Scene): string =>
  `<${scene.random.hex(16).toUpperCase()}@${scene.random.hex(12)}.${scene.world.domain}>`;

function describeItem(scene: Scene): Fields {
  const { random } = scene;
  return {
    Id: itemId(scene),
    ImmutableId: itemId(scene),
    InternetMessageId: messageId(scene),
    ParentFolder: { Id: itemId(scene), Path: random.pick(folders) },
    SizeInBytes: random.between(2_000, 900_000),
    Subject: random.pick(subjects),
  };
}

function frame(scene: Scene, recordType: number, operation: string, own: (owner: Person) => Fields): Fields {
  const { random, world } = scene;
  const owner = random.pick(world.people);
  const client = random.pick(clients);
  return record(
    scene,
    {
      operation,
      recordType,
      workload: 'Exchange',
      resultStatus: random.chance(0.02) ? 'PartiallySucceeded' : 'Succeeded',
      userId: owner.upn,
      userKey: owner.puid,
      clientIp: random.chance(0.3) ? addressAndPort(scene, owner) : owner.address,
    },
    { ...mailbox(scene, owner, client), ...own(owner) },
  );
}

const buildItem = (scene: Scene): Fields =>
  frame(
    scene,
    2,
    scene.random.pick(['Send', 'Create', 'Update', 'SendAs', 'SendOnBehalf', 'ModifyFolderPermissions']),
    () => ({
      Item: describeItem(scene),
      ...(scene.random.chance(0.3) ? { ModifiedProperties: ['RecipientCollection', 'Subject'] } : {}),
    }),
  );

const buildGroup = (scene: Scene): Fields =>
  frame(scene, 3, scene.random.pick(['MoveToDeletedItems', 'SoftDelete', 'HardDelete', 'Move']), () => ({
    AffectedItems: [describeItem(scene), describeItem(scene)],
    CrossMailboxOperation: false,
    DestFolder: { Id: itemId(scene), Path: '\\Deleted Items' },
    Folder: { Id: itemId(scene), Path: scene.random.pick(folders) },
  }));

const buildAccess = (scene: Scene): Fields =>
  frame(scene, 50, 'MailItemsAccessed', () => ({
    OperationProperties: pairs({
      MailAccessType: scene.random.pick(['Bind', 'Sync']),
      IsThrottled: scene.random.chance(0.03) ? 'True' : 'False',
    }),
    Folders: [
      {
        FolderItems: Array.from({ length: scene.random.between(1, 5) }, () => ({
          InternetMessageId: messageId(scene),
          SizeInBytes: scene.random.between(2_000, 200_000),
        })),
        Id: itemId(scene),
        Path: scene.random.pick(folders),
      },
    ],
    OperationCount: scene.random.chance(0.02) ? scene.random.between(100, 400) : scene.random.between(1, 5),
  }));

export const exchangeMailboxFamilies: readonly RecordFamily[] = [
  { recordType: 2, contentType: 'Audit.Exchange', weight: 25, build: buildItem },
  { recordType: 3, contentType: 'Audit.Exchange', weight: 10, build: buildGroup },
  { recordType: 50, contentType: 'Audit.Exchange', weight: 40, build: buildAccess },
];
