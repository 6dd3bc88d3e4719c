// Plays the faults that answer in place of an API: the operation itself does not happen.

import { answerJson, answerText, answerUnauthorized, type HttpAnswer, jsonType } from '../server/answer.ts';
import type { NamedFault } from './plan.ts';
import { isSharedFault } from './schemas.ts';

export interface InsteadOptions {
  /** The address of a host that is not the service. */
  readonly foreignUrl: string;
  /** The path and query of the request. */
  readonly target: string;
  /** Writes a refusal of the token endpoint. */
  refuseToken(code: number, message?: string, status?: number): HttpAnswer;
}

const gatewayPage =
  '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>Microsoft-Azure-Application-Gateway/v2</center>\r\n</body>\r\n</html>\r\n';

/** Returns undefined for a fault that needs the API's own answer, or that is an API's own. */
export function answerInstead(fault: NamedFault, options: InsteadOptions): HttpAnswer | undefined {
  if (!isSharedFault(fault)) return undefined;
  switch (fault.kind) {
    case 'status':
      return answerText(fault.status, fault.body ?? '', fault.headers ?? {});
    case 'aadsts':
      return options.refuseToken(fault.code, fault.message, fault.status);
    case 'not-json':
      return answerText(fault.status ?? 502, fault.body ?? gatewayPage, { 'Content-Type': 'text/html' });
    case 'empty':
      return answerText(fault.status ?? 200, '', jsonType);
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
