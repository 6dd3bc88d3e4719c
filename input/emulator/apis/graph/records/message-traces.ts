// Message traces: a record for each recipient of a message.

import type { LogKind, RecordDraft } from '../log-kind.ts';

const statuses = ['delivered', 'delivered', 'delivered', 'failed', 'quarantined', 'filteredAsSpam'] as const;

export const messageTraces: LogKind = {
  name: 'messageTraces',
  path: 'admin/exchange/tracing/messageTraces',
  versions: ['v1.0', 'beta'],
  timeProperties: ['receivedDateTime'],
  permissions: ['ExchangeMessageTrace.Read.All'],
  limit: 'message trace',
  mostPerPage: 5000,
  writeId: (guid) => guid,
  write: ({ id, createdAt, world, random }: RecordDraft) => ({
    id,
    senderAddress: random.chance(0.5) ? 'sender@fabrikam.example' : random.pick(world.people).upn,
    recipientAddress: random.pick(world.people).upn,
    messageId: `<${random.guid()}@mail.${world.domain}>`,
    receivedDateTime: new Date(createdAt).toISOString(),
    subject: 'The figures of this month',
    size: random.between(4_000, 900_000),
    fromIP: random.pick(world.people).address,
    toIP: null,
    status: random.pick(statuses),
  }),
};
