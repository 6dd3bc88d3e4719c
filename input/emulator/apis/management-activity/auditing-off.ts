// The answer to starting a subscription in a tenant whose unified auditing is off: where other errors have a code, it has
// a diagnostic that is cut in two.

import { answerJson, type HttpAnswer } from '../../server/answer.ts';

export function answerAuditingOff(tenantId: string, contentType: string): HttpAnswer {
  const text = `StartSubscription [CorrId=00000000-0000-4000-8000-000000000000][TenantId=${tenantId},ContentType=${contentType},ApplicationId=00000000-0000-4000-8000-000000000001,PublisherId=00000000-0000-0000-0000-000000000000][AppId: Microsoft.Office.Compliance.Audit.DataServiceException: Tenant ${tenantId} does not exist.\r\n   at Microsoft.Office.Compliance.Audit.API.SubscriptionService.Start()\r\n   at Microsoft.Office.Compliance.Audit.API.Controllers.StartController.Post()`;
  const cut = text.indexOf('[AppId') + '[AppId'.length;
  return answerJson(400, { error: { code: text.slice(0, cut), message: text.slice(cut) } });
}
