// The evidence of an alert, of the kinds that the product which raised it gives.

import type { Person } from '../../../world/company.ts';
import type { RecordDraft } from '../log-kind.ts';

type Draft = Pick<RecordDraft, 'world' | 'random' | 'createdAt'>;

export function writeEvidence(serviceSource: string, draft: Draft): object[] {
  const { world, random, createdAt } = draft;
  const person = random.pick(world.people);
  const shared = {
    createdDateTime: new Date(createdAt).toISOString(),
    verdict: 'suspicious',
    remediationStatus: 'none',
    remediationStatusDetails: null,
    roles: [],
    detailedRoles: [],
    tags: [],
  };
  const kinds = byProduct[serviceSource] ?? onADevice;
  return [userEvidence, ...kinds].map((write) => {
    const { kind, ...evidence } = write(person, draft);
    return { '@odata.type': `#microsoft.graph.security.${kind}Evidence`, ...shared, ...evidence };
  });
}

type WriteEvidence = (person: Person, draft: Draft) => { readonly kind: string };

const accountOf = ({ upn, sid, objectId, name }: Person, { world }: Draft) => ({
  accountName: upn.split('@')[0],
  domainName: world.domain.split('.')[0],
  userSid: sid,
  azureAdUserId: objectId,
  userPrincipalName: upn,
  displayName: name,
});

const userEvidence: WriteEvidence = (person, draft) => ({
  kind: 'user',
  userAccount: accountOf(person, draft),
  stream: null,
});

const onADevice: readonly WriteEvidence[] = [
  (person, { world, random }) => ({
    kind: 'device',
    azureAdDeviceId: random.guid(),
    mdeDeviceId: random.hex(40),
    deviceDnsName: `laptop-7.${world.domain}`,
    hostName: 'laptop-7',
    osPlatform: 'Windows11',
    osBuild: 26_100,
    version: '24H2',
    healthStatus: 'active',
    riskScore: 'medium',
    rbacGroupId: 75,
    rbacGroupName: 'Laptops',
    onboardingStatus: 'onboarded',
    defenderAvStatus: 'updated',
    lastExternalIpAddress: person.address,
    ipInterfaces: ['192.168.5.65', '127.0.0.1'],
    loggedOnUsers: [{ accountName: person.upn.split('@')[0], domainName: world.domain.split('.')[0] }],
    vmMetadata: null,
  }),
  (person, draft) => ({
    kind: 'process',
    processId: draft.random.between(1000, 20_000),
    processCommandLine: 'powershell.exe -NoExit -WindowStyle Hidden -EncodedCommand JABhAD0AMQA=',
    processCreationDateTime: new Date(draft.createdAt - 90_000).toISOString(),
    parentProcessId: 668,
    parentProcessCreationDateTime: new Date(draft.createdAt - 95_000).toISOString(),
    detectionStatus: 'detected',
    mdeDeviceId: draft.random.hex(40),
    imageFile: fileOf('powershell.exe', 'C:\\Windows\\System32\\WindowsPowerShell\\v1.0', draft),
    parentProcessImageFile: fileOf('cmd.exe', 'C:\\Windows\\System32', draft),
    userAccount: accountOf(person, draft),
  }),
  (_, draft) => ({
    kind: 'file',
    detectionStatus: 'detected',
    mdeDeviceId: draft.random.hex(40),
    fileDetails: fileOf('invoice.js', 'C:\\Users\\Public', draft),
  }),
];

const inMail: readonly WriteEvidence[] = [
  (person, draft) => ({
    kind: 'mailbox',
    primaryAddress: person.upn,
    displayName: person.name,
    upn: person.upn,
    userAccount: accountOf(person, draft),
  }),
  (person, { random, createdAt }) => ({
    kind: 'analyzedMessage',
    networkMessageId: random.guid(),
    internetMessageId: `<${random.guid()}@mail.fabrikam.example>`,
    subject: 'Your invoice',
    language: 'en',
    senderIp: '203.0.113.9',
    recipientEmailAddress: person.upn,
    antiSpamDirection: 'Inbound',
    deliveryAction: 'Delivered',
    deliveryLocation: 'Quarantine',
    urn: `urn:MailEntity:${random.hex(16)}`,
    threats: ['Phish'],
    threatDetectionMethods: ['URL detonation'],
    urls: ['https://login.evil.example/a'],
    urlCount: 1,
    attachmentsCount: 0,
    receivedDateTime: new Date(createdAt - 300_000).toISOString(),
    p1Sender: { emailAddress: 'bounce@fabrikam.example', displayName: null, domainName: 'fabrikam.example' },
    p2Sender: {
      emailAddress: 'billing@fabrikam.example',
      displayName: 'Billing',
      domainName: 'fabrikam.example',
    },
  }),
  () => ({ kind: 'url', url: 'https://login.evil.example/a' }),
];

const inTheCloud: readonly WriteEvidence[] = [
  ({ address }) => ({
    kind: 'ip',
    ipAddress: address,
    countryLetterCode: 'NO',
    location: { city: 'Oslo', state: 'Oslo', countryName: 'Norway', latitude: 59.91, longitude: 10.75 },
    stream: null,
  }),
  () => ({
    kind: 'cloudApplication',
    appId: 20_595,
    displayName: 'Microsoft Exchange Online',
    instanceId: 0,
    instanceName: 'Microsoft Exchange Online',
    saasAppId: 20_595,
    stream: null,
  }),
];

const byProduct: Readonly<Record<string, readonly WriteEvidence[]>> = {
  microsoftDefenderForEndpoint: onADevice,
  microsoftDefenderForOffice365: inMail,
  microsoftDefenderForCloudApps: inTheCloud,
};

function fileOf(fileName: string, filePath: string, { random }: Draft): object {
  return {
    sha1: random.hex(40),
    sha256: random.hex(64),
    md5: random.hex(32),
    fileName,
    filePath,
    fileSize: random.between(100, 90_000),
    filePublisher: null,
    signer: null,
    issuer: null,
  };
}
