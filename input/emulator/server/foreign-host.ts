// The foreign host: a second server that is not the service and that no client has a reason to ask. It answers an empty
// list and logs that it was asked, and whether a token or a secret came with the request.

import type { EmulatorTime } from '../time.ts';
import type { Handle } from './listen.ts';
import type { RequestLog } from './request-log.ts';
import { otherOperation, type Routable, readRoute } from './route.ts';

export const foreignHost =
  (apis: readonly Routable[], requests: RequestLog, time: EmulatorTime): Handle =>
  async (request, body, response) => {
    const asked = readRoute(apis, request.method ?? 'GET', request.url ?? '/');
    const route = { ...asked, operation: otherOperation };
    const log = requests.begin(route, request.headers, time.now());
    log.misuse.push('request-to-foreign-host');
    if (request.headers.authorization !== undefined) log.misuse.push('token-sent-to-foreign-host');
    if (/client_(?:secret|assertion)=/.test(body + route.target))
      log.misuse.push('secret-sent-to-foreign-host');
    log.status = 200;
    response.writeHead(200, { 'Content-Type': 'application/json' }).end('[]');
    requests.end(log);
  };
