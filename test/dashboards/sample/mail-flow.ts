// Traces of messages: ordinary mail, some of it seen as pending first, and a campaign of one sender on the last day.

import type { RecordDraft } from '../../../input/emulator/apis/graph/log-kind.ts';
import { messageTraces } from '../../../input/emulator/apis/graph/records/message-traces.ts';
import { hash, Random } from '../../../input/emulator/world/random.ts';
import { type SampleDocument, type SampleOptions, type SampleTenant, sampleTenants } from './events.ts';
import { type GraphRecord, graphRecords, mapGraph } from './graph.ts';

export function sampleTraces(options: SampleOptions): SampleDocument[] {
  return sampleTenants(options.seed).flatMap((tenant) => {
    const log = { kind: messageTraces, count: 900, vary: varyTrace };
    const ordinary = graphRecords(tenant, log, options).flatMap(withPending);
    const special = tenant.share > 0.5 ? campaign(tenant, options) : [];
    const dataset = 'microsoft_exchange_online_message_trace.log';
    return mapGraph(dataset, tenant, [...ordinary, ...special], options);
  });
}

const subjects = [
  'Minutes of the meeting',
  'Your order',
  'The figures of this month',
  'Lunch?',
  'Re: Contract',
];
const senders = ['orders@adatum.example', 'news@litware.example', 'ann@northwind.example'] as const;

function varyTrace({ id, world, random }: RecordDraft): GraphRecord {
  const isOutside = random.chance(0.4);
  return {
    // The emulator gives the messages of every tenant the same ids.
    id: new Random(hash(world.tenantId, id)).guid(),
    subject: subjects[random.below(subjects.length)],
    senderAddress: isOutside ? random.pick(senders) : random.pick(world.people).upn,
    status: drawStatus(random, isOutside),
  };
}

function drawStatus(random: Random, isOutside: boolean): string {
  if (isOutside && random.chance(0.15)) return random.pick(['filteredAsSpam', 'quarantined']);
  return random.chance(0.03) ? 'failed' : 'delivered';
}

/** Every fifteenth trace was seen before it ended, and both traces of one message never came to an end. */
function withPending(record: GraphRecord, index: number): GraphRecord[] {
  const pending = { ...record, status: 'pending' };
  if (index === 40 || index === 41) return [pending];
  return index % 15 === 0 ? [pending, record] : [record];
}

function campaign({ world }: SampleTenant, { end }: SampleOptions): GraphRecord[] {
  return world.people.map((person, index) => {
    const random = new Random(hash('campaign', index));
    const createdAt = end - 6 * 3_600_000 + index * 4000;
    const draft = { id: random.guid(), index, createdAt, updatedAt: createdAt, version: 0, world, random };
    return {
      ...messageTraces.write(draft),
      senderAddress: 'payroll@contoso-hr.example',
      recipientAddress: person.upn,
      subject: 'Your salary has changed',
      fromIP: '2a02:ffc0::1',
      status: index % 3 === 0 ? 'delivered' : 'quarantined',
    };
  });
}
