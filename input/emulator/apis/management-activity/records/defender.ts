// Builds records of Defender for Office 365: mail threats (28), clicks (41), files (47), investigations (64) and
// quarantine (65); and alerts of Defender for Cloud Apps (98).

import type { Person } from '../../../world/company.ts';
import {
  buildRecord,
  type CommonFields,
  type RecordFamily,
  type RecordFields,
  type Scene,
} from './record.ts';

const buildDeepLink = ({ random, world }: Scene): string =>
  `https://security.example.org/?hash=/threatexplorer?messageParams=${random.guid()},${random.guid()}&tid=${world.tenantId}`;

function describeThreat(operation: string, recordType: number, person: Person): CommonFields {
  return {
    operation,
    recordType,
    workload: 'ThreatIntelligence',
    userId: 'ThreatIntel',
    userKey: 'ThreatIntel',
    userType: 4,
    objectId: person.upn,
  };
}

/** The verdict on a mail, and the folder in which it ended up. */
const findings = [
  ['Phish', 'Quarantine'],
  ['Phish', 'Junk folder'],
  ['Spam', 'Junk folder'],
  ['High confidence phish', 'Quarantine'],
  ['Malware', 'Quarantine'],
  ['Spam', 'Inbox'],
] as const;

function buildMail(scene: Scene): RecordFields {
  const { random, world } = scene;
  const person = random.pick(world.people);
  const [verdict, folder] = random.pick(findings);
  return buildRecord(scene, describeThreat(random.pick(['TIMailData', 'TIMailDataZAP']), 28, person), {
    AdditionalActionsAndResults: ['OriginalDelivery: [N/A]'],
    AttachmentData: [
      {
        FileName: 'invoice.html',
        FileType: 'html',
        FileVerdict: 1,
        MalwareFamily: 'HTML/Phish',
        SHA256: random.hex(64),
      },
    ],
    AuthDetails: [
      { Name: 'SPF', Value: random.pick(['Pass', 'Fail', 'None']) },
      { Name: 'DKIM', Value: 'None' },
      { Name: 'DMARC', Value: 'Best guess pass' },
      { Name: 'Comp Auth', Value: 'fail' },
    ],
    DeliveryAction:
      folder === 'Quarantine' ? 'Blocked' : folder === 'Inbox' ? 'Delivered' : 'DeliveredAsSpam',
    DetectionMethod: 'Spoof DMARC',
    DetectionType: 'Inline',
    Directionality: 'InBound',
    EventDeepLink: buildDeepLink(scene),
    InternetMessageId: `<${random.hex(24)}@mail.example.org>`,
    LatestDeliveryLocation: folder,
    MessageTime: new Date(scene.at - 60_000).toISOString().slice(0, 19),
    NetworkMessageId: random.guid(),
    OriginalDeliveryLocation: 'Inbox/folder',
    P1Sender: 'bounce@mail.example.org',
    P2Sender: `"Accounts" <billing@example.org>`,
    PhishConfidenceLevel: 'High',
    Policy: 'Phish',
    PolicyAction: 'Quarantine',
    Recipients: [person.upn],
    SenderIp: random.pick(['198.51.100.77', '2001:db8:bad::1', '67.43.156.13']),
    Subject: 'Your mailbox is full – act now',
    SystemOverrides: [
      { Details: 'Allowed by organization policy', FinalOverride: 'No', Result: 'Allow', Source: 'Tenant' },
    ],
    ThreatsAndDetectionTech: ['Phish: [Spoof DMARC]', 'Spam: [General filter]'],
    Verdict: verdict,
  });
}

function buildClick(scene: Scene): RecordFields {
  const { random, world } = scene;
  const person = random.pick(world.people);
  return buildRecord(scene, describeThreat('TIUrlClickData', 41, person), {
    AppName: random.pick(['Mail', 'Teams', 'Office']),
    AppVersion: '0.0.0000',
    EventDeepLink: buildDeepLink(scene),
    SourceId: random.guid(),
    TimeOfClick: new Date(scene.at).toISOString().slice(0, 19),
    Url: `https://login.example.org/${random.hex(8)}?to=${person.upn}`,
    UrlClickAction: random.between(0, 5),
    UserIp: person.address,
  });
}

function buildFile(scene: Scene): RecordFields {
  const { random, world } = scene;
  const person = random.pick(world.people);
  const site = random.pick(world.sites);
  return buildRecord(
    scene,
    { ...describeThreat('FileMalwareDetected', 47, person), workload: 'SharePoint' },
    {
      DetectionMethod: 'AntiMalware Engine',
      EventDeepLink: buildDeepLink(scene),
      FileData: {
        DocumentId: random.guid(),
        FileName: 'setup.exe',
        FilePath: `${site.url}/Shared Documents`,
        FileSize: String(random.between(10_000, 5_000_000)),
        FileVerdict: 1,
        MalwareFamily: 'Trojan:Win32/Example',
        SHA256: random.hex(64),
      },
      LastModifiedBy: person.upn,
      LastModifiedDate: new Date(scene.at - 3_600_000).toISOString().slice(0, 19),
      SourceWorkload: 0,
    },
  );
}

function buildInvestigation(scene: Scene): RecordFields {
  const { random, world } = scene;
  const person = random.pick(world.people);
  const id = `urn:ZappedUrlInvestigation:${random.hex(32)}`;
  const when = new Date(scene.at).toISOString();
  const mail = {
    Type: 'mailMessage',
    Recipient: person.upn,
    Sender: 'billing@example.org',
    SenderIP: '198.51.100.77',
    ReceivedDate: when,
    NetworkMessageId: random.guid(),
    Subject: 'Your mailbox is full – act now',
    Urls: [{ Type: 'url', Url: `https://login.example.org/${random.hex(8)}` }],
  };
  return buildRecord(
    scene,
    {
      ...describeThreat('AirInvestigationData', 64, person),
      workload: 'AirInvestigation',
      userId: 'AirInvestigation',
      userKey: 'AirInvestigation',
    },
    {
      Actions: [],
      Data: JSON.stringify({
        Version: '3.0',
        VendorName: 'Microsoft',
        ProviderName: 'OATP',
        AlertType: random.guid(),
        StartTimeUtc: when,
        Severity: 'Low',
        Entities: [
          mail,
          { Type: 'mailbox', MailboxPrimaryAddress: person.upn, Upn: person.upn, DisplayName: person.name },
        ],
      }),
      DeeplinkURL: buildDeepLink(scene),
      EndTimeUtc: when,
      InvestigationId: id,
      InvestigationName: `Mail with malicious urls is zapped - ${id}`,
      InvestigationType: 'ZappedUrlInvestigation',
      LastUpdateTimeUtc: when,
      RunningTime: random.between(60, 4_000),
      StartTimeUtc: when,
      Status: random.pick(['Investigation Started', 'No threats found', 'Pending Action', 'Remediated']),
    },
  );
}

function buildQuarantine(scene: Scene): RecordFields {
  const { random, world } = scene;
  const person = random.pick(world.people);
  return buildRecord(
    scene,
    {
      operation: random.pick([
        'QuarantineReleaseMessage',
        'QuarantinePreviewMessage',
        'QuarantineDeleteMessage',
      ]),
      recordType: 65,
      workload: 'Quarantine',
      userId: person.upn,
      userKey: person.upn,
      objectId: `${random.guid()}\\${random.guid()}`,
    },
    {
      NetworkMessageId: random.guid(),
      ReleaseTo: person.upn,
      RequestSource: random.between(0, 2),
      RequestType: random.between(0, 3),
    },
  );
}

function buildCloudAppAlert(scene: Scene): RecordFields {
  const { random, world } = scene;
  const person = random.pick(world.people);
  return buildRecord(
    scene,
    {
      operation: 'MCAS_ALERT_ANUBIS_DETECTION_VELOCITY',
      recordType: 98,
      workload: 'MicrosoftCloudAppSecurity',
      resultStatus: 'New',
      userId: 'MCASAlerts',
      userKey: 'MCASAlerts',
      userType: 4,
      objectId: random.hex(24),
    },
    {
      AlertDisplayName: 'Impossible travel activity',
      AlertSeverity: random.pick(['Low', 'Medium', 'High']),
      AlertUri: `https://security.example.org/alerts/${random.hex(24)}`,
      EvidenceDetails: JSON.stringify([
        { type: 'account', upn: person.upn },
        { type: 'ip', address: '89.160.20.112' },
        { type: 'ip', address: '67.43.156.13' },
      ]),
      Stream: 'alerts',
      UserAccount: person.upn,
    },
  );
}

export const defenderFamilies: readonly RecordFamily[] = [
  { recordType: 28, contentType: 'Audit.General', weight: 8, build: buildMail },
  { recordType: 41, contentType: 'Audit.General', weight: 3, build: buildClick },
  { recordType: 47, contentType: 'Audit.General', weight: 2, build: buildFile },
  { recordType: 64, contentType: 'Audit.General', weight: 3, build: buildInvestigation },
  { recordType: 65, contentType: 'Audit.General', weight: 2, build: buildQuarantine },
  { recordType: 98, contentType: 'Audit.General', weight: 2, build: buildCloudAppAlert },
];
