// A host that is not the service. Answers in the shape of one, and logs that it was asked at all.

import type { RequestLog } from './requests.ts';
import { readRoute } from './routes.ts';
import type { Handle } from './server.ts';
import type { EmulatorTime } from './time.ts';

export const foreignHost =
  (requests: RequestLog, time: EmulatorTime): Handle =>
  async (request, body, response) => {
    const route = { ...readRoute(request.method ?? 'GET', request.url ?? '/'), operation: 'other' } as const;
    const log = requests.begin(route, request.headers, time.now());
    log.misuse.push('request-to-foreign-host');
    if (request.headers.authorization !== undefined) log.misuse.push('token-sent-to-foreign-host');
    if (/client_(?:secret|assertion)=/.test(body + route.target))
      log.misuse.push('secret-sent-to-foreign-host');
    log.status = 200;
    response.writeHead(200, { 'Content-Type': 'application/json' }).end('[]');
    requests.end(log);
  };
