// What starting a subscription is answered with in a tenant whose unified auditing is off: a diagnostic, cut in two,
// where other errors have a code.

import { type Answer, answerJson } from './answer.ts';

export function answerAuditingOff(tenantId: string, contentType: string): Answer {
  const text = `StartSubscription [CorrId=00000000-0000-4000-8000-000000000000][TenantId=${tenantId},ContentType=${contentType},ApplicationId=00000000-0000-4000-8000-000000000001,PublisherId=00000000-0000-0000-0000-000000000000][AppId: Microsoft.Office.Compliance.Audit.DataServiceException: Tenant ${tenantId} does not exist.\r\n   at Microsoft.Office.Compliance.Audit.API.SubscriptionService.Start()\r\n   at Microsoft.Office.Compliance.Audit.API.Controllers.StartController.Post()`;
  const cut = text.indexOf('[AppId') + '[AppId'.length;
  return answerJson(400, { error: { code: text.slice(0, cut), message: text.slice(cut) } });
}
