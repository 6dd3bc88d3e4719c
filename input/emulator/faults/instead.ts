// Faults that answer in place of the service: the operation itself does not happen.

import { type Answer, answerAf, answerJson, answerText, answerUnauthorized, jsonType } from '../answer.ts';
import { answerAuditingOff } from '../auditing-off.ts';
import type { Fault } from './plan.ts';

export interface InsteadOptions {
  /** A host that is not the service's. */
  readonly foreignUrl: string;
  readonly target: string;
  readonly tenantId: string;
  readonly contentType: string;
  refuseToken(code: number, message?: string, status?: number): Answer;
}

const gatewayPage =
  '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>Microsoft-Azure-Application-Gateway/v2</center>\r\n</body>\r\n</html>\r\n';

/** Undefined for a fault that needs the service's own answer. */
export function answerInstead(fault: Fault, options: InsteadOptions): Answer | undefined {
  switch (fault.kind) {
    case 'status':
      return answerText(fault.status, fault.body ?? '', fault.headers ?? {});
    case 'af': {
      const { retryAfter } = fault;
      return answerAf(fault.code, {
        ...fault,
        headers: retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) },
      });
    }
    case 'aadsts':
      return options.refuseToken(fault.code, fault.message, fault.status);
    case 'not-json':
      return answerText(fault.status ?? 502, fault.body ?? gatewayPage, { 'Content-Type': 'text/html' });
    case 'error-map':
      return answerAf(fault.code ?? 'AF50000', { status: fault.status ?? 200 });
    case 'empty':
      return answerText(fault.status ?? 200, '', jsonType);
    case 'auditing-off':
      return answerAuditingOff(options.tenantId, options.contentType);
    case 'expired-token':
      return answerUnauthorized();
    case 'redirect':
      return answerJson(
        fault.status ?? 302,
        {},
        { Location: fault.location ?? options.foreignUrl + options.target },
      );
    default:
      return undefined;
  }
}
