// Counts what goes out and what fails, for the scope that asked.

import type { Telemetry } from '../contract/telemetry.ts';
import type { Wrapper } from './exchange.ts';

export function countRequests(telemetry: Telemetry, isThrottling: (error: unknown) => boolean): Wrapper {
  return (send) => async (request) => {
    if (request.scope !== undefined) telemetry.count(request.scope, 'requests');
    try {
      return await send(request);
    } catch (error) {
      if (request.scope !== undefined && !request.signal.aborted) {
        telemetry.count(request.scope, isThrottling(error) ? 'throttled' : 'request_errors');
      }
      throw error;
    }
  };
}
