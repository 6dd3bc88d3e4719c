// Health of Microsoft's services: issues with a document for each of Microsoft's posts, states of services as the
// collector saw them change, and messages of the message centre.

import type { RecordDraft } from '../../../input/emulator/apis/graph/log-kind.ts';
import { messageCentre, serviceIssues } from '../../../input/emulator/apis/graph/records/announcements.ts';
import type { Random } from '../../../input/emulator/world/random.ts';
import { type SampleDocument, type SampleOptions, sampleTenants } from './events.ts';
import { type GraphRecord, graphRecords, mapGraph } from './graph.ts';

export function sampleHealth(options: SampleOptions): SampleDocument[] {
  return sampleTenants(options.seed).flatMap((tenant) => {
    const issues = graphRecords(
      tenant,
      { kind: serviceIssues, count: 20, statesOf, vary: varyIssue },
      options,
    );
    const messages = graphRecords(tenant, { kind: messageCentre, count: 24, vary: varyMessage }, options);
    const records = [...issues, ...statesOfServices(options.end), ...messages];
    return mapGraph('m365.service_health', tenant, records, options);
  });
}

const statesOf = (random: Random) => random.between(1, 3);

const troubles = [
  ['Exchange Online', 'Some users see delays in sending mail'],
  ['Microsoft Teams', 'Users cannot join meetings from the browser'],
  ['SharePoint Online', 'Search shows no new documents'],
  ['Microsoft Entra', 'Some sign-ins fail in Western Europe'],
] as const;

function varyIssue({ random }: RecordDraft): GraphRecord {
  const [service, title] = random.pick(troubles);
  return { service, title, classification: random.chance(0.4) ? 'incident' : 'advisory' };
}

const changes = [
  ['A change to sharing links', 'planForChange', 'SharePoint Online'],
  ['New meeting notes', 'stayInformed', 'Microsoft Teams'],
  ['Renew the certificate of your connector', 'preventOrFixIssue', 'Exchange Online'],
] as const;

function varyMessage({ createdAt, random }: RecordDraft): GraphRecord {
  const [title, category, service] = random.pick(changes);
  const actBy = new Date(createdAt + 60 * 86_400_000).toISOString();
  return {
    title,
    category,
    services: [service],
    ...(category !== 'stayInformed' && { actionRequiredByDateTime: actBy }),
  };
}

const hourMs = 3_600_000;

/** Each service was well at the beginning; one was disturbed for half a day, and one still is. */
function statesOfServices(end: number): GraphRecord[] {
  const seen = (service: string, hoursAgo: number, status: string, previousStatus?: string) => ({
    id: service.replaceAll(' ', ''),
    service,
    status,
    recordType: 'overview',
    readDateTime: new Date(end - hoursAgo * hourMs).toISOString(),
    ...(previousStatus !== undefined && { previousStatus }),
  });
  return [
    ...troubles.map(([service]) => seen(service, 160, 'serviceOperational')),
    seen('Microsoft Teams', 70, 'serviceDegradation', 'serviceOperational'),
    seen('Microsoft Teams', 58, 'serviceRestored', 'serviceDegradation'),
    seen('Exchange Online', 5, 'serviceDegradation', 'serviceOperational'),
  ];
}
