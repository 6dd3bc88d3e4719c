// Logs every request to Microsoft: at debug level always, at info level where the operator asks for it.

import type { Logger } from '../contract/logger.ts';
import type { RequestTrace } from '../http/request-trace.ts';

export function logRequests(requests: RequestTrace, log: Logger, level: 'debug' | 'info'): void {
  requests.follow((exchange) => {
    const { method, host, path, status, error, duration_ms } = exchange;
    const outcome = status ?? error ?? 'no answer';
    log[level]({ m365: { request: exchange } }, `${method} ${host}${path}: ${outcome} in ${duration_ms} ms`);
  });
}
