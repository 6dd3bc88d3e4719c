// Builds records of data loss prevention: rules that matched in SharePoint (11, classified 33), in Exchange (13), and on
// devices (63).

import type { RecordFamily, RecordFields, Scene } from './record.ts';
import { buildRecord } from './record.ts';

function describePolicies({ random }: Scene): RecordFields[] {
  const count = random.between(1, 12);
  return [
    {
      PolicyId: 'a1f0c3d2-7e64-4b9a-9c55-2f0d6a1b7c10',
      PolicyName: 'Card numbers leave the company',
      Rules: [
        {
          Actions: [random.pick(['NotifyUser', 'BlockAccess', 'GenerateAlert'])],
          ConditionsMatched: {
            ConditionMatchedInNewScheme: true,
            SensitiveInformation: [
              {
                Confidence: random.between(65, 95),
                Count: count,
                Location: 'Message Body',
                SensitiveInformationDetections: {
                  DetectedValues: [{ Name: '4111 1111 1111 1111', Value: 'card 4111 1111 1111 1111 valid' }],
                  ResultsTruncated: false,
                },
                SensitiveInformationDetailedClassificationAttributes: [
                  { Confidence: 85, Count: count, IsMatch: true },
                ],
                SensitiveInformationTypeName: 'Credit Card Number',
                SensitiveType: '50842eb7-edc8-4019-85dd-5a5c1f2bb085',
                UniqueCount: count,
              },
            ],
          },
          RuleId: 'd2b6a1f0-3c4d-4e5f-8a9b-0c1d2e3f4a5b',
          RuleMode: 'Enable',
          RuleName: 'High volume of card numbers',
          Severity: random.pick(['Low', 'Medium', 'High']),
        },
      ],
    },
  ];
}

function buildMatch(
  scene: Scene,
  recordType: number,
  workload: string,
  objectId: string,
  userId: string,
  own: RecordFields,
): RecordFields {
  const operation = scene.random.pick(['DlpRuleMatch', 'DlpRuleMatch', 'DlpRuleUndo', 'DlpInfo']);
  const common = { operation, recordType, workload, userId, userKey: 'DlpAgent', userType: 4, objectId };
  return buildRecord(scene, common, {
    IncidentId: scene.random.guid(),
    PolicyDetails: describePolicies(scene),
    SensitiveInfoDetectionIsIncluded: true,
    ...own,
  });
}

function buildMail(scene: Scene): RecordFields {
  const { random, world } = scene;
  const person = random.pick(world.people);
  const message = `<${random.hex(20)}@${world.domain}>`;
  return buildMatch(scene, 13, 'Exchange', message, person.upn, {
    ExchangeMetaData: {
      BCC: [],
      CC: [],
      FileSize: random.between(4_000, 80_000),
      From: person.upn,
      MessageID: message,
      RecipientCount: 1,
      Sent: new Date(scene.at).toISOString().slice(0, 19),
      Subject: 'Payment details',
      To: ['supplier@example.org'],
      UniqueID: random.guid(),
    },
  });
}

const createDocumentBuild =
  (recordType: number) =>
  (scene: Scene): RecordFields => {
    const { random, world } = scene;
    const person = random.pick(world.people);
    const site = random.pick(world.sites);
    const file = `${site.url}/Shared Documents/customers.csv`;
    const when = new Date(scene.at).toISOString().slice(0, 19);
    return buildMatch(scene, recordType, 'SharePoint', file, person.upn, {
      SharePointMetaData: {
        DocumentLastModifier: person.upn,
        DocumentSharer: '',
        FileID: random.guid(),
        FileName: 'customers.csv',
        FileOwner: person.name,
        FilePathUrl: file,
        FileSize: random.between(4_000, 900_000),
        From: person.upn,
        IsViewableByExternalUsers: random.chance(0.3),
        ItemCreationTime: when,
        LastModifiedTime: when,
        SiteCollectionGuid: site.site,
        SiteCollectionUrl: site.url,
        UniqueID: random.guid(),
      },
    });
  };

function buildDevice(scene: Scene): RecordFields {
  const { random, world } = scene;
  const person = random.pick(world.people);
  const path = `C:\\Users\\${person.upn.split('@')[0]}\\customers.csv`;
  return buildMatch(scene, 63, 'Endpoint', path, person.upn, {
    Application: 'explorer.exe',
    ClientIP: person.address,
    DeviceName: `laptop-${random.hex(6)}.${world.domain}`,
    EndpointMetaData: {
      DeviceName: `laptop-${random.hex(6)}.${world.domain}`,
      EndpointOperation: random.pick(['FileCopiedToRemovableMedia', 'FilePrinted', 'FileUploadedToCloud']),
      EnforcementMode: random.between(1, 3),
      FileExtension: 'csv',
      FileType: 'CSV',
      RemovableMediaDeviceAttributes: {
        Manufacturer: 'Example',
        Model: 'Stick',
        SerialNumber: random.hex(12),
      },
      SensitiveInfoTypeData: [],
      TargetDomain: 'files.example.org',
    },
    FileSize: random.between(4_000, 900_000),
  });
}

export const dlpFamilies: readonly RecordFamily[] = [
  { recordType: 13, contentType: 'DLP.All', weight: 40, build: buildMail },
  { recordType: 11, contentType: 'DLP.All', weight: 30, build: createDocumentBuild(11) },
  { recordType: 33, contentType: 'DLP.All', weight: 10, build: createDocumentBuild(33) },
  { recordType: 63, contentType: 'DLP.All', weight: 20, build: buildDevice },
];
