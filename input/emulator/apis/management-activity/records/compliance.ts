// Builds records of the compliance and security portals: cmdlets (18), eDiscovery (24), alerts (40), data insights (52).

import {
  buildRecord,
  pickAddress,
  type RecordFamily,
  type RecordFields,
  type Scene,
  toPairs,
} from './record.ts';

const cmdlets = [
  { name: 'Get-DlpCompliancePolicy', parameters: '' },
  {
    name: 'New-ComplianceSearch',
    parameters: '-Name "Case 12 mail" -ExchangeLocation "All" -ContentMatchQuery "invoice"',
  },
  { name: 'Set-RetentionCompliancePolicy', parameters: '-Identity "Seven years" -Enabled "True"' },
  { name: 'Remove-DlpComplianceRule', parameters: '-Identity "Card numbers" -Confirm "False"' },
] as const;

function buildCmdlet(scene: Scene): RecordFields {
  const { random, world } = scene;
  const actor = random.pick(world.admins);
  const cmdlet = random.pick(cmdlets);
  return buildRecord(
    scene,
    {
      operation: cmdlet.name,
      recordType: 18,
      workload: 'SecurityComplianceCenter',
      resultStatus: 'Success',
      userId: actor.upn,
      userKey: actor.upn,
      userType: 2,
      objectId: '',
    },
    {
      SecurityComplianceCenterEventType: 0,
      ClientApplication: 'EMC',
      ClientRequestId: random.guid(),
      CmdletVersion: '2026.1120.1',
      EffectiveOrganization: world.domain,
      NonPIIParameters: cmdlet.parameters.replace(/"[^"]*"/g, '"<SNIP-PII>"'),
      Parameters: cmdlet.parameters,
      StartTime: new Date(scene.at - 900).toISOString().slice(0, 19),
      UserServicePlan: '',
    },
  );
}

function buildDiscovery(scene: Scene): RecordFields {
  const { random, world } = scene;
  const actor = random.pick(world.admins);
  return buildRecord(
    scene,
    {
      operation: random.pick(['SearchStarted', 'SearchExportDownloaded', 'CaseAdded', 'SearchViewed']),
      recordType: 24,
      workload: 'SecurityComplianceCenter',
      userId: actor.upn,
      userKey: actor.objectId,
      clientIp: pickAddress(scene, actor),
      objectId: 'Case 12',
    },
    {
      Case: 'Case 12',
      CaseId: random.guid(),
      ExchangeLocations: world.people[0].upn,
      ExtendedProperties: toPairs({ CaseName: 'Case 12', ExportScope: 'IndexedItemsOnly' }),
      ObjectType: 'Search',
      PublicFolderLocations: '',
      Query: 'subject:"invoice" AND received>=2026-10-01',
      SharepointLocations: world.sites[0].url,
      StartTime: new Date(scene.at).toISOString().slice(0, 19),
    },
  );
}

const alerts = [
  { name: 'Creation of forwarding/redirect rule', category: 'ThreatManagement', operation: 'MailRedirect' },
  {
    name: 'Suspicious email sending patterns detected',
    category: 'ThreatManagement',
    operation: 'CompromisedWarningAccount',
  },
  { name: 'Unusual volume of file deletion', category: 'DataGovernance', operation: 'FileDeleted' },
] as const;

function buildAlert(scene: Scene): RecordFields {
  const { random, world } = scene;
  const person = random.pick(world.people);
  const alert = random.pick(alerts);
  const when = new Date(scene.at).toISOString();
  return buildRecord(
    scene,
    {
      operation: random.pick(['AlertTriggered', 'AlertEntityGenerated', 'AlertUpdated']),
      recordType: 40,
      workload: 'SecurityComplianceCenter',
      resultStatus: 'Succeeded',
      userId: 'SecurityComplianceAlerts',
      userKey: 'SecurityComplianceAlerts',
      userType: 4,
      objectId: person.upn,
    },
    {
      AlertEntityId: person.upn,
      AlertId: random.guid(),
      AlertLinks: [{ AlertLinkHref: `https://security.example.org/alerts/${random.hex(12)}` }],
      AlertType: 'System',
      Category: alert.category,
      Comments: 'New alert',
      Data: JSON.stringify({
        etype: 'User',
        eid: person.upn,
        tid: world.tenantId,
        ts: when,
        te: when,
        op: alert.operation,
        tdc: '1',
        suid: person.upn,
        ut: 'Regular',
        lon: alert.operation,
      }),
      EntityType: 'User',
      Name: alert.name,
      PolicyId: random.guid(),
      Severity: random.pick(['Low', 'Medium', 'High', 'Informational']),
      Source: 'Office 365 Security & Compliance',
      Status: 'Active',
    },
  );
}

function buildInsight(scene: Scene): RecordFields {
  const { random, world } = scene;
  const actor = random.pick(world.admins);
  const type = random.pick(['CustomTag', 'MtpStatus', 'ThreatProfileDetails']);
  const url = `/DataInsights/DataInsightsService.svc/find/${type}?tenantid=${world.tenantId}&filter=IncludeDeleted%20eq%20True`;
  return buildRecord(
    scene,
    {
      operation: `Search${type}`,
      recordType: 52,
      workload: 'SecurityComplianceCenter',
      userId: actor.upn,
      userKey: actor.upn,
      userType: 5,
    },
    {
      AadAppId: '80ccca67-54bd-44ab-8625-4b79c4dc7775',
      DataType: type,
      DatabaseType: 'Directory',
      RelativeUrl: url,
      ResultCount: String(random.below(20)),
    },
  );
}

export const complianceFamilies: readonly RecordFamily[] = [
  { recordType: 18, contentType: 'Audit.General', weight: 8, build: buildCmdlet },
  { recordType: 24, contentType: 'Audit.General', weight: 3, build: buildDiscovery },
  { recordType: 40, contentType: 'Audit.General', weight: 4, build: buildAlert },
  { recordType: 52, contentType: 'Audit.General', weight: 6, build: buildInsight },
];
