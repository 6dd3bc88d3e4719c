// The differences from Elastic's own package, for searches, rules and dashboards that were written for that.
// The page docs/from-elastic.md is made of it, and whatever else judges such searches. Types: audit/dataset.yml.

/** Fields that Elastic's package fills, and no document here has. */
export interface AbsentField {
  /** `.*` at the end of a name stands for the field and all below it. */
  readonly fields: readonly string[];
  /** Fields that answer the same question, best first. `.*` takes over what stands below; empty where nothing does. */
  readonly instead: readonly string[];
  /** A text for the table, where the name of a field does not say enough. */
  readonly write?: string;
  readonly reason: string;
}

/** Fields of both that hold something else for the same record. */
export interface OtherValue {
  readonly fields: readonly string[];
  readonly there: string;
  readonly here: string;
  /** Values that are written otherwise, and mean the same: there, here. */
  readonly words?: Readonly<Record<string, string>>;
  /** Fields to ask for what Elastic's package holds. */
  readonly instead?: readonly string[];
}

const agentReason =
  'It tells of the machine and the program that collect. What tells of collecting is in `logs-m365.collection-*`.';
const asideReason =
  'Microsoft documents it as text. What comes in another shape is searchable beside, and named in `o365.audit.unplaced`.';

export const absentFields: readonly AbsentField[] = [
  {
    fields: ['o365.audit.ExchangeAggregatedFolders.*', 'o365.audit.ExchangeFolders.*'],
    instead: ['o365.audit.Folders.*'],
    reason:
      'A property keeps the name that Microsoft gives it. It is no nested field: an index refuses a document with too many of those, and a search needs no nested query.',
  },
  {
    fields: ['o365.audit.ExchangeAggregatedMessages.*', 'o365.audit.ExchangeMessages.*'],
    instead: ['o365.audit.Messages.*'],
    reason: 'As for folders.',
  },
  {
    fields: ['o365.audit.Data.flattened.*'],
    instead: ['o365.audit.Data.*', 'o365.audit.other'],
    write: '`o365.audit.Data.KEY` where that is a field, else `o365.audit.other.Data.KEY`',
    reason: 'Each key is kept once: as a field with a type, or among all that have none.',
  },
  {
    fields: ['o365.audit.AdditionalData.*'],
    instead: ['o365.audit.other'],
    write: '`o365.audit.other.AdditionalData.Name`, `o365.audit.other.AdditionalData.Value`',
    reason:
      'None of the public records that this project was tried on has it, so it is searchable as every property without a field is.',
  },
  {
    fields: ['o365.audit.SenderEntity.*'],
    instead: ['o365.audit.other'],
    write: '`o365.audit.other.Sender.KEY`',
    reason: asideReason,
  },
  {
    fields: ['o365.audit.MessageObject.*'],
    instead: ['o365.audit.other'],
    write: '`o365.audit.other.Message.KEY`',
    reason: asideReason,
  },
  {
    fields: ['o365.audit.Parameters._raw'],
    instead: ['o365.audit.ParametersText'],
    reason: 'Text that comes in place of names and values has a field of its own.',
  },
  {
    fields: ['o365.audit.ExtendedProperties._raw'],
    instead: ['o365.audit.ExtendedPropertiesText'],
    reason: 'As for parameters.',
  },
  {
    fields: ['o365.audit.ModifiedProperties._raw'],
    instead: ['o365.audit.ModifiedPropertiesText'],
    reason: 'As for parameters. A list of names without values is there too.',
  },
  {
    fields: ['source.user.email', 'source.user.id', 'source.user.name', 'source.user.domain'],
    instead: ['email.from.address', 'user.email'],
    reason:
      'It is the sender of a mail that a rule of data loss prevention matched; ECS has fields for senders.',
  },
  {
    fields: [
      'destination.user.email',
      'destination.user.id',
      'destination.user.name',
      'destination.user.domain',
    ],
    instead: [
      'email.to.address',
      'email.cc.address',
      'email.bcc.address',
      'user.target.email',
      'user.target.name',
    ],
    write:
      'for mail `email.to.address`, `email.cc.address`, `email.bcc.address`; for Viva Engage `user.target.email`, `user.target.name`',
    reason: 'ECS has fields for recipients, and for whom an action was aimed at.',
  },
  {
    fields: ['destination.ip'],
    instead: ['server.ip', 'server.address'],
    reason: "It is the address of Microsoft's own server, which is no destination that anybody chose.",
  },
  {
    fields: ['host.os.platform'],
    instead: ['host.os.type', 'host.os.name'],
    reason: 'ECS has the kind of system in `host.os.type`.',
  },
  {
    fields: ['log.flags', 'log.offset'],
    instead: [],
    reason: agentReason,
  },
  {
    fields: ['cloud.image.id', 'host.containerized', 'host.os.build', 'host.os.codename'],
    instead: [],
    reason: agentReason,
  },
  {
    fields: ['event.agent_id_status'],
    instead: [],
    reason:
      'Fleet sets it where the package is installed: it compares `agent.id` with the Elastic Agent that the key was made for.',
  },
];

/**
 * Objects below which Elastic's package makes a field of whatever comes. Here a key without one is in
 * `o365.audit.other`.
 */
export const openObjects: readonly string[] = [
  'o365.audit.AdditionalInfo',
  'o365.audit.AppAccessContext',
  'o365.audit.ExceptionInfo',
  'o365.audit.ExchangeMetaData',
  'o365.audit.ExtendedProperties',
  'o365.audit.Item',
  'o365.audit.ModifiedProperties',
  'o365.audit.OperationProperties',
  'o365.audit.Parameters',
  'o365.audit.SharePointMetaData',
];

export const otherValues: readonly OtherValue[] = [
  {
    fields: ['event.action'],
    there: 'a word of ECS for five operations, else the operation',
    here: 'always the operation, as Microsoft writes it',
    words: {
      'added-user-account': 'Add user.',
      'modified-user-account': 'Update user.',
      'deleted-user-account': 'Delete user.',
      'added-group-account-to': 'TeamCreated',
      'added-users-to-group': 'MemberAdded',
    },
  },
  {
    fields: ['event.outcome'],
    there:
      '`success` unless the status is `failed` or `false`; a false positive of data loss prevention that blocked is `failure`',
    here: '`unknown` where the status is none that is known, or says that it is not over, or was done in part; where records of a kind carry no status, what [record-types.md](record-types.md) says of them',
  },
  {
    fields: ['event.code'],
    there: 'the name of a record type up to number 181, else nothing',
    here: 'the name of every record type that Microsoft names (the same for all that both know), else its number',
  },
  {
    fields: ['event.kind'],
    there: '`alert` for alerts of Purview and for two record types of data loss prevention',
    here: '`alert` for every record type that is one, such as those of Defender and of devices; a rule of data loss prevention that was undone is an `event`',
  },
  {
    fields: ['event.category'],
    there:
      '`web`, and another one for some operations; `file` for mail, too, where a rule of data loss prevention matched',
    here: '`web`, and the one that fits what was done, for every record type',
  },
  {
    fields: ['event.type'],
    there: 'always `info`, and others; sign-ins are `start` and `access`',
    here: '`info` only where no other fits; sign-ins are `start`',
  },
  {
    fields: ['event.severity'],
    there: 'for data loss prevention only',
    here: 'for alerts, too: 1 informational to 4 high',
  },
  {
    fields: ['event.provider'],
    there: 'the number of `UserType` where a record names no workload',
    here: 'nothing there',
    instead: ['o365.audit.UserType'],
  },
  {
    fields: ['host.name'],
    there: "the device's name, else that of the organization, else the domain of the user",
    here: 'the name of a device, and nothing else',
    instead: ['organization.name', 'user.domain'],
  },
  {
    fields: ['host.id'],
    there: 'the id of the tenant',
    here: 'the id of a device',
    instead: ['organization.id'],
  },
  {
    fields: ['related.hosts'],
    there: 'the organization or a domain of users, as `host.name`',
    here: 'devices, clients and servers by name',
    instead: ['organization.name', 'user.domain'],
  },
  {
    fields: ['organization.name'],
    there: "what the input's list of tenant names says, else what the record says",
    here: '`tenant_name` of the policy, else what the record says',
  },
  {
    fields: ['message'],
    there: 'the name of an alert, a sentence for mail in data loss prevention, else nothing',
    here: 'a sentence in every document',
    instead: ['rule.name', 'email.subject'],
  },
  {
    fields: ['rule.description'],
    there: 'what an alert is about (`AlertEntityId`)',
    here: 'what its policy looks for',
    instead: ['o365.audit.AlertEntityId'],
  },
  {
    fields: ['user.target.id', 'user.target.name', 'user.target.email', 'user.target.domain'],
    there: 'the object of a directory record, be it a user, a group or an application',
    here: 'people only, of every record type: one as an object, several as a list of them',
    instead: ['o365.audit.ObjectId'],
  },
  {
    fields: ['user.email'],
    there: 'for mailbox records the owner of the mailbox, where `UserId` is no address, whoever opened it',
    here: 'who did it; the owner is in `user.target` where that is somebody else',
    instead: ['o365.audit.MailboxOwnerUPN'],
  },
  {
    fields: ['related.user'],
    there: 'names, and addresses of some record types',
    here: 'ids, names and addresses of everybody in the record',
  },
  {
    fields: ['client.domain', 'source.address'],
    there: '`localhost:12345` as a domain; no `source.address`',
    here: 'domain and port apart; `source` holds all that `client` holds',
    instead: ['source.domain', 'source.port'],
  },
  {
    fields: ['server.address'],
    there: 'the version that stands behind the name of a server',
    here: 'the name of the server',
  },
  {
    fields: ['o365.audit.ModifiedProperties'],
    there: 'a property only where it has an old and a new value',
    here: 'every property, with whichever value it has',
  },
  {
    fields: ['o365.audit.Parameters', 'o365.audit.ExtendedProperties'],
    there: 'nothing of a name without a value, or an empty text',
    here: 'such names are listed in `o365.audit.valueless`, each with its list',
    instead: ['o365.audit.valueless'],
  },
  {
    fields: ['o365.audit.ExceptionInfo.Reason'],
    there: 'also what came as text in place of the object',
    here: 'that text is in `event.reason`, and beside',
    instead: ['o365.audit.ExceptionInfoText', 'event.reason'],
  },
  {
    fields: ['o365.audit.Platform'],
    there: 'a name for the numbers 0 to 5',
    here: 'what Microsoft writes; `host.os.type` is the kind of system',
    words: { Unknown: '0', Windows: '1', MacOS: '2', iOS: '3', Android: '4', 'Web Browser': '5' },
    instead: ['host.os.type'],
  },
  {
    fields: ['o365.audit.AlertLinks'],
    there: 'a list of addresses',
    here: 'objects, as Microsoft writes them',
    instead: ['rule.reference', 'event.url'],
  },
  {
    fields: ['o365.audit.StartTimeUtc', 'o365.audit.StartTime', 'o365.audit.RescanResult.Timestamp'],
    there: 'text with milliseconds and `Z`',
    here: 'text as Microsoft writes it; times to compare are in fields of the type date',
    instead: ['event.start'],
  },
  {
    fields: ['tags'],
    there: '`forwarded`, `o365-cel`',
    here: '`forwarded`, `m365`, and `backfill` for what a first run fetches of the past',
    words: { 'o365-cel': 'm365' },
  },
];
