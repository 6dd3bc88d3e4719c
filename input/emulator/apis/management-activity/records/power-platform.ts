// Builds records of Power BI (20) and Power Automate (30).

import { buildRecord, pickAddress, type RecordFamily, type RecordFields, type Scene } from './record.ts';

function buildPowerBi(scene: Scene): RecordFields {
  const { random, world } = scene;
  const person = random.pick(world.people);
  const report = random.pick(['Pipeline', 'Cash flow', 'Headcount']);
  const operation = random.pick(['ViewReport', 'ExportReport', 'ShareReport', 'GetDatasets']);
  return buildRecord(
    scene,
    {
      operation,
      recordType: 20,
      workload: 'PowerBI',
      userId: person.upn,
      userKey: person.puid,
      clientIp: pickAddress(scene, person),
      objectId: report,
    },
    {
      Activity: operation,
      ActivityId: random.guid(),
      CapacityId: random.guid().toUpperCase(),
      CapacityName: 'Shared On Premium',
      ConsumptionMethod: 'Power BI Web',
      DatasetId: random.guid(),
      DatasetName: report,
      DistributionMethod: 'Workspace',
      IsSuccess: random.chance(0.97),
      ItemName: report,
      ReportId: random.guid(),
      ReportName: report,
      ReportType: 'PowerBIReport',
      RequestId: random.guid(),
      SharingInformation:
        operation === 'ShareReport'
          ? [
              {
                RecipientEmail: 'partner@example.org',
                RecipientName: 'Partner',
                ResharePermission: 'ReadReshare',
              },
            ]
          : [],
      UserAgent: person.userAgent,
      WorkSpaceName: 'Controlling',
      WorkspaceId: random.guid(),
    },
  );
}

function buildFlow(scene: Scene): RecordFields {
  const { random, world } = scene;
  const person = random.pick(world.people);
  return buildRecord(
    scene,
    {
      operation: random.pick(['CreateFlow', 'EditFlow', 'DeleteFlow', 'PutPermissions']),
      recordType: 30,
      workload: 'MicrosoftFlow',
      userId: person.upn,
      userKey: person.objectId,
    },
    {
      FlowConnectorNames: 'Office 365 Outlook,SharePoint,HTTP',
      FlowDetailsUrl: `https://flow.example.org/environments/Default-${world.tenantId}/flows/${random.guid()}`,
      LicenseDisplayName: '{\r\n  "id": "Free"\r\n}',
      RecipientUPN: '',
      SharingPermission: 1,
      UserTypeInitiated: 1,
      UserUPN: person.upn,
    },
  );
}

export const powerPlatformFamilies: readonly RecordFamily[] = [
  { recordType: 20, contentType: 'Audit.General', weight: 6, build: buildPowerBi },
  { recordType: 30, contentType: 'Audit.General', weight: 3, build: buildFlow },
];
