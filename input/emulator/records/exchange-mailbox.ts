// What happens in mailboxes: items (2), groups of items (3), and aggregated mail access (50). Mostly by their owners;
// delegates and administrators open other people's, and the service sets up those of groups.

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

/** As `LogonType` has it. */
const logonTypes = { owner: 0, administrator: 1, delegate: 2 } as const;

interface Visit {
  readonly as: keyof typeof logonTypes;
  readonly owner: Person;
  /** The owner, or somebody else. */
  readonly actor: Person;
}

/** A mailbox has the same two delegates. */
function visitBy(as: Visit['as'], owner: Person, { random, world }: Scene): Visit {
  if (as === 'owner') return { as, owner, actor: owner };
  const others = as === 'administrator' ? world.admins : world.people;
  const step = random.pick([1, 2]);
  return { as, owner, actor: others[(others.indexOf(owner) + step) % others.length] ?? owner };
}

function drawVisit(scene: Scene): Visit {
  const draw = scene.random.next();
  const as = draw < 0.02 ? 'administrator' : draw < 0.1 ? 'delegate' : 'owner';
  return visitBy(as, scene.random.pick(scene.world.people), scene);
}

function mailbox(scene: Scene, { as, owner, actor }: Visit, client: string): Fields {
  const { random, world } = scene;
  return {
    AppId: '00000002-0000-0ff1-ce00-000000000000',
    ClientAppId: '00000003-0000-0000-c000-000000000000',
    ClientIPAddress: actor.address,
    ClientInfoString: client,
    ClientRequestId: `{${random.guid().toUpperCase()}}`,
    ExternalAccess: false,
    InternalLogonType: logonTypes[as],
    LogonType: logonTypes[as],
    LogonUserSid: actor.sid,
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

function frame(scene: Scene, recordType: number, operation: string, own: Fields, visit: Visit): Fields {
  const { random } = scene;
  const { actor } = visit;
  const client = random.pick(clients);
  return record(
    scene,
    {
      operation,
      recordType,
      workload: 'Exchange',
      resultStatus: random.chance(0.02) ? 'PartiallySucceeded' : 'Succeeded',
      userId: actor.upn,
      userKey: actor.puid,
      clientIp: random.chance(0.3) ? addressAndPort(scene, actor) : actor.address,
    },
    { ...mailbox(scene, visit, client), ...own },
  );
}

function buildItem(scene: Scene): Fields {
  const { random } = scene;
  if (random.chance(0.03)) return buildByService(scene);
  const operation = random.pick([
    'Send',
    'Create',
    'Update',
    'SendAs',
    'SendOnBehalf',
    'ModifyFolderPermissions',
  ]);
  const drawn = drawVisit(scene);
  const inNameOfOwner = operation === 'SendAs' || operation === 'SendOnBehalf';
  const visit = inNameOfOwner ? visitBy('delegate', drawn.owner, scene) : drawn;
  const own = {
    Item: describeItem(scene),
    ...(random.chance(0.3) ? { ModifiedProperties: ['RecipientCollection', 'Subject'] } : {}),
    ...(operation === 'SendAs' && { SendAsUserSmtp: visit.owner.upn }),
    ...(operation === 'SendOnBehalf' && { SendOnBehalfOfUserSmtp: visit.owner.upn }),
  };
  return frame(scene, 2, operation, own, visit);
}

/** The service makes the mailbox of a new group, as an administrator with an identifier for a name. */
function buildByService(scene: Scene): Fields {
  const { random, world } = scene;
  const service = 'S-1-5-18';
  const owner = `${random.pick(world.teams).name.replaceAll(' ', '')}@${world.domain}`;
  return record(
    scene,
    {
      operation: random.pick(['Create', 'ModifyFolderPermissions']),
      recordType: 2,
      workload: 'Exchange',
      resultStatus: 'Succeeded',
      userId: service,
      userKey: service,
      userType: 2,
      clientIp: '::1',
    },
    {
      ClientInfoString: 'Client=WebServices;Action=ConfigureGroupMailbox',
      ExternalAccess: true,
      InternalLogonType: 1,
      Item: describeItem(scene),
      LogonType: 1,
      LogonUserSid: service,
      MailboxGuid: random.guid(),
      MailboxOwnerSid: `S-1-5-21-${random.bits()}-${random.bits()}-${random.bits()}-27251121`,
      MailboxOwnerUPN: owner,
      OrganizationName: world.domain,
    },
  );
}

function buildGroup(scene: Scene): Fields {
  const operation = scene.random.pick(['MoveToDeletedItems', 'SoftDelete', 'HardDelete', 'Move']);
  const own = {
    AffectedItems: [describeItem(scene), describeItem(scene)],
    CrossMailboxOperation: false,
    DestFolder: { Id: itemId(scene), Path: '\\Deleted Items' },
    Folder: { Id: itemId(scene), Path: scene.random.pick(folders) },
  };
  return frame(scene, 3, operation, own, drawVisit(scene));
}

function buildAccess(scene: Scene): Fields {
  const own = {
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
  };
  return frame(scene, 50, 'MailItemsAccessed', own, drawVisit(scene));
}

export const exchangeMailboxFamilies: readonly RecordFamily[] = [
  { recordType: 2, contentType: 'Audit.Exchange', weight: 25, build: buildItem },
  { recordType: 3, contentType: 'Audit.Exchange', weight: 10, build: buildGroup },
  { recordType: 50, contentType: 'Audit.Exchange', weight: 40, build: buildAccess },
];
