// Builds records of what happens in mailboxes: to items (2), to groups of items (3), and aggregated mail access (50). Most
// is by their owners; delegates and administrators open other people's, and the service sets up those of groups.

import type { Person } from '../../../../world/company.ts';
import type { RecordFamily, RecordFields, Scene } from '../record.ts';
import { buildRecord, pickAddressAndPort, toPairs } from '../record.ts';

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

/** The numbers that `LogonType` has for who is in a mailbox. */
const logonTypes = { owner: 0, administrator: 1, delegate: 2 } as const;

interface MailboxVisit {
  readonly as: keyof typeof logonTypes;
  readonly owner: Person;
  /** The owner, or somebody else. */
  readonly actor: Person;
}

/** Chooses the actor of a visit; a mailbox always has the same two delegates. */
function chooseVisit(as: MailboxVisit['as'], owner: Person, { random, world }: Scene): MailboxVisit {
  if (as === 'owner') return { as, owner, actor: owner };
  const others = as === 'administrator' ? world.admins : world.people;
  const step = random.pick([1, 2]);
  return { as, owner, actor: others[(others.indexOf(owner) + step) % others.length] ?? owner };
}

function drawVisit(scene: Scene): MailboxVisit {
  const draw = scene.random.next();
  const as = draw < 0.02 ? 'administrator' : draw < 0.1 ? 'delegate' : 'owner';
  return chooseVisit(as, scene.random.pick(scene.world.people), scene);
}

function describeMailbox(scene: Scene, { as, owner, actor }: MailboxVisit, client: string): RecordFields {
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

const drawItemId = (scene: Scene): string =>
  `LgAAAAD${Buffer.from(scene.random.hex(64)).toString('base64')}AAAB`;
const drawMessageId = (scene: Scene): string =>
  `<${scene.random.hex(16).toUpperCase()}@${scene.random.hex(12)}.${scene.world.domain}>`;

function describeItem(scene: Scene): RecordFields {
  const { random } = scene;
  return {
    Id: drawItemId(scene),
    ImmutableId: drawItemId(scene),
    InternetMessageId: drawMessageId(scene),
    ParentFolder: { Id: drawItemId(scene), Path: random.pick(folders) },
    SizeInBytes: random.between(2_000, 900_000),
    Subject: random.pick(subjects),
  };
}

function buildVisit(
  scene: Scene,
  recordType: number,
  operation: string,
  own: RecordFields,
  visit: MailboxVisit,
): RecordFields {
  const { random } = scene;
  const { actor } = visit;
  const client = random.pick(clients);
  return buildRecord(
    scene,
    {
      operation,
      recordType,
      workload: 'Exchange',
      resultStatus: random.chance(0.02) ? 'PartiallySucceeded' : 'Succeeded',
      userId: actor.upn,
      userKey: actor.puid,
      clientIp: random.chance(0.3) ? pickAddressAndPort(scene, actor) : actor.address,
    },
    { ...describeMailbox(scene, visit, client), ...own },
  );
}

function buildItem(scene: Scene): RecordFields {
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
  const visit = inNameOfOwner ? chooseVisit('delegate', drawn.owner, scene) : drawn;
  const own = {
    Item: describeItem(scene),
    ...(random.chance(0.3) ? { ModifiedProperties: ['RecipientCollection', 'Subject'] } : {}),
    ...(operation === 'SendAs' && { SendAsUserSmtp: visit.owner.upn }),
    ...(operation === 'SendOnBehalf' && { SendOnBehalfOfUserSmtp: visit.owner.upn }),
  };
  return buildVisit(scene, 2, operation, own, visit);
}

/** Builds a record of the service making the mailbox of a new group, as an administrator named by an identifier. */
function buildByService(scene: Scene): RecordFields {
  const { random, world } = scene;
  const service = 'S-1-5-18';
  const owner = `${random.pick(world.teams).name.replaceAll(' ', '')}@${world.domain}`;
  return buildRecord(
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

function buildGroup(scene: Scene): RecordFields {
  const operation = scene.random.pick(['MoveToDeletedItems', 'SoftDelete', 'HardDelete', 'Move']);
  const own = {
    AffectedItems: [describeItem(scene), describeItem(scene)],
    CrossMailboxOperation: false,
    DestFolder: { Id: drawItemId(scene), Path: '\\Deleted Items' },
    Folder: { Id: drawItemId(scene), Path: scene.random.pick(folders) },
  };
  return buildVisit(scene, 3, operation, own, drawVisit(scene));
}

function buildAccess(scene: Scene): RecordFields {
  const own = {
    OperationProperties: toPairs({
      MailAccessType: scene.random.pick(['Bind', 'Sync']),
      IsThrottled: scene.random.chance(0.03) ? 'True' : 'False',
    }),
    Folders: [
      {
        FolderItems: Array.from({ length: scene.random.between(1, 5) }, () => ({
          InternetMessageId: drawMessageId(scene),
          SizeInBytes: scene.random.between(2_000, 200_000),
        })),
        Id: drawItemId(scene),
        Path: scene.random.pick(folders),
      },
    ],
    OperationCount: scene.random.chance(0.02) ? scene.random.between(100, 400) : scene.random.between(1, 5),
  };
  return buildVisit(scene, 50, 'MailItemsAccessed', own, drawVisit(scene));
}

export const exchangeMailboxFamilies: readonly RecordFamily[] = [
  { recordType: 2, contentType: 'Audit.Exchange', weight: 25, build: buildItem },
  { recordType: 3, contentType: 'Audit.Exchange', weight: 10, build: buildGroup },
  { recordType: 50, contentType: 'Audit.Exchange', weight: 40, build: buildAccess },
];
