// Message traces: a record for each recipient of a message, all with the id of the message.

import { guidSeries, hash, Random } from '../../../world/random.ts';
import type { LogKind, RecordDraft } from '../log-kind.ts';

const statuses = ['delivered', 'delivered', 'delivered', 'failed', 'quarantined', 'filteredAsSpam'] as const;
const recipientsOfEach = 2;
const messageId = guidSeries('message trace');

export const messageTraces: LogKind = {
  name: 'messageTraces',
  path: 'admin/exchange/tracing/messageTraces',
  versions: ['v1.0', 'beta'],
  timeProperties: ['receivedDateTime'],
  permissions: ['ExchangeMessageTrace.Read.All'],
  limit: 'message trace',
  mostPerPage: 5000,
  writeId: (_, index) => messageId(Math.floor(index / recipientsOfEach)),
  writePart: (record) => {
    const { recipientAddress, status } = Object(record);
    return `${recipientAddress}:${status}`.toLowerCase();
  },
  write: writeTrace,
};

function writeTrace({ id, index, createdAt, world, random }: RecordDraft): object {
  const message = new Random(hash(id));
  const { people, domain } = world;
  const sender = message.pick(people);
  const isFromOutside = message.chance(0.5);
  const first = message.between(0, people.length - 1);
  const recipient = people[(first + (index % recipientsOfEach)) % people.length] ?? sender;
  return {
    id,
    senderAddress: isFromOutside ? 'sender@fabrikam.example' : sender.upn,
    recipientAddress: recipient.upn,
    messageId: `<${message.guid()}@${isFromOutside ? 'mail.fabrikam.example' : `mail.${domain}`}>`,
    receivedDateTime: new Date(createdAt).toISOString(),
    subject: 'The figures of this month',
    size: message.between(4_000, 900_000),
    fromIP: sender.address,
    toIP: '',
    status: random.pick(statuses),
  };
}
