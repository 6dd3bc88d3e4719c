// Counts requests and their failures for the component that made them.

import type { Telemetry } from '../contract/telemetry.ts';
import type { Wrapper } from './exchange.ts';

export function countRequests(telemetry: Telemetry, isThrottling: (error: unknown) => boolean): Wrapper {
  return (send) => async (request) => {
    if (request.component !== undefined) telemetry.count(request.component, 'requests');
    try {
      return await send(request);
    } catch (error) {
      if (request.component !== undefined && !request.signal.aborted) {
        telemetry.count(request.component, isThrottling(error) ? 'throttled' : 'request_errors');
      }
      throw error;
    }
  };
}
