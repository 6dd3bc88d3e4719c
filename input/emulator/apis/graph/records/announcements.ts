// The states of services; issues of service health and messages of the message centre, which Microsoft goes on writing to.

import type { LogKind, RecordDraft } from '../log-kind.ts';

const shared = {
  versions: ['v1.0', 'beta'],
  timeProperties: ['lastModifiedDateTime'],
  limit: 'service communications',
  mostPerPage: 1000,
  changes: true,
  changedAt: 'lastModifiedDateTime',
} as const;

const services = ['Exchange Online', 'Microsoft Teams', 'SharePoint Online', 'Microsoft Intune'] as const;
const states = ['serviceOperational', 'investigating', 'serviceDegradation', 'serviceRestored'] as const;

/** It can be filtered by no time, and always has every service. */
export const serviceOverviews: LogKind = {
  ...shared,
  changes: false,
  timeProperties: [],
  name: 'serviceOverviews',
  path: 'admin/serviceAnnouncement/healthOverviews',
  permissions: ['ServiceHealth.Read.All'],
  objects: 30,
  writeId: (_, index) => `Service${index}`,
  write: ({ id, version }: RecordDraft) => {
    const number = Number(id.slice('Service'.length));
    return {
      id,
      service: `${services[number % services.length]} ${number}`,
      status: states[(number + version) % states.length],
    };
  },
};

const statuses = ['serviceDegradation', 'investigating', 'serviceRestored'] as const;

export const serviceIssues: LogKind = {
  ...shared,
  name: 'serviceIssues',
  path: 'admin/serviceAnnouncement/issues',
  permissions: ['ServiceHealth.Read.All'],
  writeId: (_, index) => `EX${String(900_000 + index)}`,
  write: ({ id, createdAt, updatedAt, version, random }: RecordDraft) => ({
    id,
    title: 'Some users see delays in sending mail',
    service: random.chance(0.5) ? 'Exchange Online' : 'Microsoft Teams',
    feature: 'E-Mail timely delivery',
    featureGroup: 'E-Mail and calendar access',
    impactDescription: 'Users may see delays of up to ten minutes.',
    classification: random.chance(0.3) ? 'incident' : 'advisory',
    origin: 'microsoft',
    status: statuses[version],
    isResolved: version === 2,
    startDateTime: new Date(createdAt).toISOString(),
    endDateTime: version === 2 ? new Date(updatedAt).toISOString() : null,
    lastModifiedDateTime: new Date(updatedAt).toISOString(),
    highImpact: null,
    details: [{ name: 'NotifyInApp', value: 'True' }],
    posts: Array.from({ length: version + 1 }, () => ({
      createdDateTime: new Date(createdAt).toISOString(),
      postType: 'regular',
      description: { contentType: 'html', content: '<p>We are looking into it.</p>' },
    })),
  }),
};

export const messageCentre: LogKind = {
  ...shared,
  name: 'messageCentre',
  path: 'admin/serviceAnnouncement/messages',
  permissions: ['ServiceMessage.Read.All'],
  writeId: (_, index) => `MC${String(700_000 + index)}`,
  write: ({ id, createdAt, updatedAt, random }: RecordDraft) => ({
    id,
    title: 'A change to sharing links',
    category: 'planForChange',
    severity: 'normal',
    services: ['SharePoint Online'],
    tags: ['User impact'],
    isMajorChange: random.chance(0.2),
    hasAttachments: false,
    actionRequiredByDateTime: null,
    startDateTime: new Date(createdAt).toISOString(),
    endDateTime: new Date(createdAt + 30 * 86_400_000).toISOString(),
    lastModifiedDateTime: new Date(updatedAt).toISOString(),
    details: [],
    body: { contentType: 'html', content: '<p>Links expire sooner.</p>' },
    viewPoint: null,
  }),
};
