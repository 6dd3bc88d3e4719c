// Builds records of Exchange administration (1): cmdlets, most by the service itself, some by people, a few that matter.

import type { Person } from '../../../../world/company.ts';
import {
  buildRecord,
  type NameValuePair,
  pickAddressAndPort,
  type RecordFamily,
  type RecordFields,
  type Scene,
  toPairs,
} from '../record.ts';

interface Cmdlet {
  readonly name: string;
  readonly bySystem: boolean;
  parameters(scene: Scene, target: Person): NameValuePair[];
}

const cmdlets: readonly [Cmdlet, ...Cmdlet[]] = [
  {
    name: 'Set-Mailbox',
    bySystem: true,
    parameters: ({ random }, target) =>
      toPairs({
        Identity: target.mailboxGuid,
        ProhibitSendQuota: '99 GB (106,300,440,576 bytes)',
        ProhibitSendReceiveQuota: '100 GB (107,374,182,400 bytes)',
        IssueWarningQuota: '98 GB (105,226,698,752 bytes)',
        RecoverableItemsQuota: '30 GB (32,212,254,720 bytes)',
        RecoverableItemsWarningQuota: '20 GB (21,474,836,480 bytes)',
        UseDatabaseQuotaDefaults: 'False',
        MailboxPlan: `ExchangeOnlineEnterprise-${random.guid()}`,
        Force: 'True',
        DomainController: `DB9P${random.between(100, 999)}DC01.EURP.PROD.EXAMPLE`,
      }),
  },
  {
    name: 'Set-User',
    bySystem: true,
    parameters: ({ random }, target) =>
      toPairs({
        Identity: target.objectId,
        StsRefreshTokensValidFrom: '11/20/2026 8:15:04 AM',
        DomainController: `DB9P${random.between(100, 999)}DC02.EURP.PROD.EXAMPLE`,
        ErrorAction: 'Stop',
      }),
  },
  {
    name: 'New-InboxRule',
    bySystem: false,
    parameters: ({ random }, target) =>
      toPairs({
        AlwaysDeleteOutlookRulesBlob: 'False',
        Force: 'False',
        Mailbox: target.upn,
        Name: random.pick(['.', 'Newsletters', 'invoices']),
        SubjectOrBodyContainsWords: random.pick([
          'invoice;payment;wire',
          'newsletter',
          'security alert;phish',
        ]),
        MoveToFolder: random.pick(['RSS Feeds', 'Archive', 'Conversation History']),
        MarkAsRead: 'True',
        StopProcessingRules: 'True',
        ...(random.chance(0.3) ? { ForwardTo: 'drop@mail.example.org' } : {}),
        ...(random.chance(0.2) ? { DeleteMessage: 'True' } : {}),
      }),
  },
  {
    name: 'Set-InboxRule',
    bySystem: false,
    parameters: (_, target) =>
      toPairs({
        Identity: `${target.upn}\\8465172339405`,
        ForwardAsAttachmentTo: 'drop@mail.example.org',
        Force: 'True',
        WithinSizeRangeMinimum: '0',
      }),
  },
  {
    name: 'Add-MailboxPermission',
    bySystem: false,
    parameters: ({ random, world }, target) =>
      toPairs({
        Identity: target.upn,
        User: random.pick(world.people).upn,
        AccessRights: 'FullAccess',
        InheritanceType: 'All',
        AutoMapping: 'True',
      }),
  },
  {
    name: 'New-TransportRule',
    bySystem: false,
    parameters: () =>
      toPairs({
        Name: 'Partner mail',
        SentToScope: 'NotInOrganization',
        BlindCopyTo: 'archive@example.org',
        Mode: 'Enforce',
        Priority: '0',
        SetAuditSeverity: 'DoNotAudit',
      }),
  },
  {
    name: 'Set-CASMailbox',
    bySystem: false,
    parameters: (_, target) =>
      toPairs({ Identity: target.upn, ImapEnabled: 'False', PopEnabled: 'False', ActiveSyncEnabled: 'True' }),
  },
];

function buildCmdlet(scene: Scene): RecordFields {
  const { random, world } = scene;
  const cmdlet = random.pick(cmdlets);
  const target = random.pick(world.people);
  const actor = random.pick(world.admins);
  const system = 'NT AUTHORITY\\SYSTEM (Microsoft.Exchange.ServiceHost)';
  const forest = 'EURP189A003.PROD.EXAMPLE/Microsoft Exchange Hosted Organizations';
  return buildRecord(
    scene,
    {
      operation: cmdlet.name,
      recordType: 1,
      workload: 'Exchange',
      resultStatus: random.chance(0.05) ? 'False' : 'True',
      userId: cmdlet.bySystem ? system : actor.upn,
      userKey: cmdlet.bySystem ? system : actor.puid,
      userType: cmdlet.bySystem ? 3 : 2,
      objectId: `${forest}/${world.domain}/${target.name}`,
      ...(cmdlet.bySystem ? {} : { clientIp: pickAddressAndPort(scene, actor) }),
    },
    {
      AppId: cmdlet.bySystem ? '' : 'fb78d390-0c51-40cd-8e17-fdbfab77341b',
      AppPoolName: 'MSExchangeAdminApiNetCore',
      ClientAppId: '',
      CorrelationID: '',
      ExternalAccess: cmdlet.bySystem,
      OrganizationName: world.domain,
      OriginatingServer: `DB9PR10MB${random.between(1000, 9999)} (15.20.8158.017)`,
      Parameters: cmdlet.parameters(scene, target),
      RequestId: random.guid(),
      SessionId: cmdlet.bySystem ? '' : random.guid(),
    },
  );
}

export const exchangeAdminFamilies: readonly RecordFamily[] = [
  { recordType: 1, contentType: 'Audit.Exchange', weight: 25, build: buildCmdlet },
];
