// Properties of the record that have an index beside their doc values. With doc values alone a search for nothing but a
// rare value reads every document, and a cluster that refuses expensive searches refuses it. So whatever people or rules
// look for by itself stands here with its reason; the others narrow down what a field of ECS has found.

export interface IndexedProperties {
  readonly reason: string;
  /** Below `o365.audit`. */
  readonly properties: readonly string[];
}

const switches = ['AllowFederatedUsers', 'AllowGuestUser', 'AllowTeamsConsumer'];
const sharing = ['IsPublic', 'ShareUsingAnonymousLinks', 'ShareWithGuests'];

export const indexedProperties: readonly IndexedProperties[] = [
  {
    reason: "Elastic's rules of detection ask for them.",
    properties: [
      ...['Actor.Type', 'Target.ID', 'Target.Type', 'UserId', 'UserType', 'RecordType', 'ObjectId'],
      ...['AppAccessContext.AADSessionId', 'ApplicationId', 'ClientAppId', 'AuthenticationType'],
      ...['AzureActiveDirectoryEventType', 'ErrorNumber', 'LogonError', 'LogonType'],
      ...['ExtendedProperties.RequestType', 'ExtendedProperties.ResultStatusDetail'],
      ...['AffectedItems.Subject', 'OperationCount', 'OperationProperties.Name', 'OperationProperties.Value'],
      ...['DeviceProperties.Value', 'IsManagedDevice', 'Platform', 'SearchQueryText', 'Site', 'SiteUrl'],
      ...['CommunicationType', 'Name', 'NewValue', 'ModifiedProperties.Role_DisplayName.NewValue'],
      ...[...switches, ...sharing].flatMap(oldAndNew),
      ...['HasForeignTenantUsers', 'HasGuestUsers', 'HasOtherGuestUsers'].map(
        (it) => `ParticipantInfo.${it}`,
      ),
      ...['AccessRights', 'AllowFederatedUsers', 'AllowGuestUser', 'Enabled', 'GrantSendOnBehalfTo'].map(
        parameter,
      ),
      ...['BodyContainsWords', 'SubjectContainsWords', 'DeleteMessage', 'MoveToFolder'].map(parameter),
      ...['ForwardAsAttachmentTo', 'ForwardTo', 'ForwardingAddress', 'ForwardingSmtpAddress'].map(parameter),
      ...['BlindCopyTo', 'RedirectMessageTo', 'RedirectTo', 'RedirectToRecipients'].map(parameter),
      ...['WithinSizeRangeMinimum'].map(parameter),
    ],
  },
  {
    reason: 'Rules written for Sigma ask for them, through `deploy/sigma-pipeline.yml`.',
    properties: [
      ...['DeliveryAction', 'Directionality', 'ParametersText', 'ResultStatus'],
      ...['MarkAsRead', 'SubjectOrBodyContainsWords'].map(parameter),
    ],
  },
  {
    reason: 'An investigation goes on from them to other records.',
    properties: [
      ...['ClientIP', 'ClientIPAddress', 'ActorIpAddress', 'SenderIp', 'SenderIP'],
      ...['MailboxOwnerUPN', 'MailboxGuid', 'AppAccessContext.UniqueTokenId'],
      ...['UserKey', 'AppId', 'CorrelationId', 'LogonUserSid'],
      ...['AlertId', 'AlertEntityId', 'IncidentId', 'InvestigationId', 'Data.SystemAlertId'],
      ...['NetworkMessageId', 'InternetMessageId', 'MessageId', 'ChatThreadId', 'TeamGuid'],
      ...['Identity', 'Name', 'User', 'Trustee', 'From'].map(parameter),
    ],
  },
];

/** They stand as they are in `event.id`, `event.action`, `event.provider` and `organization.id`, and there alone elsewhere. */
export const movedProperties: readonly string[] = ['Id', 'Operation', 'Workload', 'OrganizationId'];

/** Full names. */
export function listIndexedProperties(audit: string): ReadonlySet<string> {
  return new Set(indexedProperties.flatMap(({ properties }) => properties.map((name) => `${audit}.${name}`)));
}

function parameter(name: string): string {
  return `Parameters.${name}`;
}

function oldAndNew(name: string): string[] {
  return [`ModifiedProperties.${name}.OldValue`, `ModifiedProperties.${name}.NewValue`];
}
