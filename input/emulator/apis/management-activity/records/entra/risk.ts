// Builds records of risks that Entra detected (294).

import { buildRecord, type RecordFamily, type RecordFields, type Scene } from '../record.ts';

const events = [
  'unfamiliarFeatures',
  'anonymizedIPAddress',
  'leakedCredentials',
  'passwordSpray',
  'unlikelyTravel',
] as const;

function buildRisk(scene: Scene): RecordFields {
  const { random, world } = scene;
  const person = random.pick(world.people);
  const when = new Date(scene.at).toISOString();
  return buildRecord(
    scene,
    {
      operation: 'UserRiskDetection',
      recordType: 294,
      workload: 'AzureActiveDirectory',
      resultStatus: 'Success',
      userId: person.upn,
      userKey: person.objectId,
      clientIp: '67.43.156.13',
      objectId: person.objectId,
    },
    {
      Activity: 'signin',
      ActivityDateTime: when,
      AdditionalInfo: JSON.stringify([
        { Key: 'userAgent', Value: person.userAgent },
        { Key: 'riskReasons', Value: ['UnfamiliarASN', 'UnfamiliarLocation'] },
      ]),
      CorrelationId: random.guid(),
      DetectedDateTime: when,
      DetectionTimingType: random.pick(['realtime', 'offline']),
      LastUpdatedDateTime: when,
      Location: {
        City: 'Thimphu',
        CountryOrRegion: 'BT',
        GeoCoordinates: { Altitude: '', Latitude: '27.47', Longitude: '89.64' },
        State: 'Thimphu',
      },
      RequestId: random.guid(),
      RiskDetail: 'none',
      RiskEventType: random.pick(events),
      RiskId: random.hex(64),
      RiskLevel: random.pick(['low', 'medium', 'high']),
      RiskState: 'atRisk',
      Source: 'IdentityProtection',
      TokenIssuerType: 'AzureAD',
      UserDisplayName: person.name,
    },
  );
}

export const entraRiskFamilies: readonly RecordFamily[] = [
  { recordType: 294, contentType: 'Audit.AzureActiveDirectory', weight: 3, build: buildRisk },
];
