// Alerts and incidents of Defender XDR, which change while somebody works on them.

import type { LogKind, RecordDraft } from '../log-kind.ts';
import { writeEvidence } from './evidence.ts';

const statuses = ['new', 'inProgress', 'resolved'] as const;
const severities = ['informational', 'low', 'medium', 'high'] as const;
const titles = [
  [
    'Suspicious PowerShell command line',
    'Execution',
    'T1059.001',
    'microsoftDefenderForEndpoint',
    'antivirus',
  ],
  [
    'Email messages containing malicious URL removed after delivery',
    'InitialAccess',
    'T1566.002',
    'microsoftDefenderForOffice365',
    'microsoftDefenderForOffice365',
  ],
  [
    'Impossible travel activity',
    'InitialAccess',
    'T1078',
    'microsoftDefenderForCloudApps',
    'cloudAppSecurity',
  ],
] as const;

const shared = {
  versions: ['v1.0', 'beta'],
  timeProperties: ['lastUpdateDateTime', 'createdDateTime'],
  limit: 'security',
  changes: true,
  changedAt: 'lastUpdateDateTime',
} as const;

export const alerts: LogKind = {
  ...shared,
  name: 'alerts',
  path: 'security/alerts_v2',
  permissions: ['SecurityAlert.Read.All'],
  mostPerPage: 1000,
  writeId: (guid, index) => `da${guid.replaceAll('-', '').slice(0, 18)}_${index}`,
  write: (draft) => writeAlert(draft),
};

export const incidents: LogKind = {
  ...shared,
  name: 'incidents',
  path: 'security/incidents',
  permissions: ['SecurityIncident.Read.All'],
  mostPerPage: 50,
  writeId: (_, index) => String(28_000 + index),
  write: (draft) => {
    const { id, createdAt, updatedAt, version, world, random } = draft;
    return {
      id,
      tenantId: world.tenantId,
      displayName: 'Multi-stage incident on one endpoint',
      description: null,
      summary: null,
      createdDateTime: new Date(createdAt).toISOString(),
      lastUpdateDateTime: new Date(updatedAt).toISOString(),
      lastModifiedBy: 'Microsoft 365 Defender',
      status: version === 0 ? 'active' : statuses[version],
      severity: random.pick(severities),
      priorityScore: random.between(1, 100),
      assignedTo: version === 0 ? null : world.admins[0].upn,
      classification: 'unknown',
      determination: 'unknown',
      comments: [],
      customTags: [],
      systemTags: [],
      redirectIncidentId: null,
      resolvingComment: null,
      incidentWebUrl: `https://security.microsoft.com/incidents/${id}`,
      alerts: Array.from({ length: random.between(1, 3) }, (_, i) =>
        writeAlert({ ...draft, id: `da${id}_${i + 1}` }, id),
      ),
    };
  },
};

function writeAlert(draft: RecordDraft, incident?: string): object {
  const { id, createdAt, updatedAt, version, world, random } = draft;
  const [title, category, technique, serviceSource, detectionSource] = random.pick(titles);
  const incidentId = incident ?? String(random.between(28_000, 29_000));
  return {
    id,
    providerAlertId: id,
    incidentId,
    status: statuses[version],
    severity: random.pick(severities),
    classification: version === 2 ? 'truePositive' : null,
    determination: version === 2 ? 'malware' : null,
    serviceSource,
    detectionSource,
    productName: 'Microsoft Defender XDR',
    detectorId: random.guid(),
    tenantId: world.tenantId,
    title,
    description: 'What was seen, and why it is suspicious.',
    recommendedActions: 'Isolate the device.',
    category,
    categories: [category],
    assignedTo: version === 0 ? null : world.admins[0].upn,
    alertWebUrl: `https://security.microsoft.com/alerts/${id}`,
    incidentWebUrl: `https://security.microsoft.com/incidents/${incidentId}`,
    actorDisplayName: null,
    threatDisplayName: null,
    threatFamilyName: null,
    alertPolicyId: null,
    investigationState: 'queued',
    additionalData: null,
    customDetails: {},
    mitreTechniques: [technique],
    createdDateTime: new Date(createdAt).toISOString(),
    lastUpdateDateTime: new Date(updatedAt).toISOString(),
    resolvedDateTime: version === 2 ? new Date(updatedAt).toISOString() : null,
    firstActivityDateTime: new Date(createdAt - 120_000).toISOString(),
    lastActivityDateTime: new Date(createdAt - 60_000).toISOString(),
    systemTags: [],
    comments: [],
    evidence: writeEvidence(serviceSource, { world, random, createdAt }),
  };
}
