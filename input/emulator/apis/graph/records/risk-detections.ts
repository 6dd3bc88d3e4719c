// Risk detections of Entra ID Protection, whose state changes when the risk is remediated.

import type { LogKind, RecordDraft } from '../log-kind.ts';

const kinds = ['unfamiliarFeatures', 'anonymizedIPAddress', 'leakedCredentials', 'unlikelyTravel'] as const;
const states = ['atRisk', 'remediated', 'dismissed'] as const;

export const riskDetections: LogKind = {
  name: 'riskDetections',
  path: 'identityProtection/riskDetections',
  versions: ['v1.0', 'beta'],
  timeProperties: ['lastUpdatedDateTime', 'detectedDateTime'],
  permissions: ['IdentityRiskEvent.Read.All'],
  limit: 'identity protection',
  mostPerPage: 500,
  changes: true,
  changedAt: 'lastUpdatedDateTime',
  writeId: (guid) => guid.replaceAll('-', '').repeat(2),
  write: writeDetection,
};

function writeDetection({ id, createdAt, updatedAt, version, world, random }: RecordDraft): object {
  const person = random.pick(world.people);
  return {
    id,
    requestId: random.guid(),
    correlationId: random.guid(),
    riskEventType: random.pick(kinds),
    riskState: states[version] ?? 'dismissed',
    riskLevel: random.chance(0.3) ? 'high' : 'medium',
    riskDetail: version === 0 ? 'none' : 'userPerformedSecuredPasswordChange',
    source: 'IdentityProtection',
    detectionTimingType: 'realtime',
    activity: 'signin',
    tokenIssuerType: 'AzureAD',
    ipAddress: person.address,
    location: {
      city: 'Oslo',
      state: 'Oslo',
      countryOrRegion: 'NO',
      geoCoordinates: { altitude: null, latitude: 59.91, longitude: 10.75 },
    },
    activityDateTime: new Date(createdAt - 30_000).toISOString(),
    detectedDateTime: new Date(createdAt).toISOString(),
    lastUpdatedDateTime: new Date(updatedAt).toISOString(),
    userId: person.objectId,
    userDisplayName: person.name,
    userPrincipalName: person.upn,
    additionalInfo: JSON.stringify([{ Key: 'userAgent', Value: person.userAgent }]),
  };
}
