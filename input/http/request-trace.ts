// Remembers the last requests to Microsoft and what came of them. It never sees a header or a body, and of an address it
// keeps the path and the few parameters that it knows, so that nothing secret can be in it.

import type { Clock } from '../contract/clock.ts';
import { isFeed } from '../contract/component.ts';
import { OperatorError } from '../contract/errors.ts';
import type { Exchange } from '../contract/telemetry.ts';
import { isoTime } from '../contract/time.ts';
import { HttpError, type HttpRequest, type Wrapper } from './exchange.ts';

const remembered = 200;
/** What a listing asks for; the address of a next page may hold anything, and is left out. */
const knownParameters = ['contentType', 'startTime', 'endTime'];

export class RequestTrace {
  #last: Exchange[] = [];
  #onExchange: (exchange: Exchange) => void = () => undefined;

  /** The last ones, the oldest first. */
  get last(): readonly Exchange[] {
    return this.#last;
  }

  /** Calls for each one from here on. */
  follow(onExchange: (exchange: Exchange) => void): void {
    this.#onExchange = onExchange;
  }

  add(exchange: Exchange): void {
    this.#last.push(exchange);
    if (this.#last.length >= 2 * remembered) this.#last = this.#last.slice(-remembered);
    this.#onExchange(exchange);
  }
}

/** Tells of every request that had an end; one that was given up because its sender left is none. */
export function rememberRequests(clock: Clock, onExchange: (exchange: Exchange) => void): Wrapper {
  return (send) => async (request) => {
    const began = clock.now();
    const tell = (outcome: Partial<Exchange>) =>
      onExchange({ ...describeRequest(request, began), duration_ms: clock.now() - began, ...outcome });
    try {
      const response = await send(request);
      const id = requestIdOf(response.header);
      tell({ status: response.status, ...(id !== undefined && { request_id: id }) });
      return response;
    } catch (error) {
      if (!request.signal.aborted) tell(describeFailure(error));
      throw error;
    }
  };
}

function describeRequest(
  { method, url, component }: HttpRequest,
  began: number,
): Omit<Exchange, 'duration_ms'> {
  const { host, pathname, searchParams } = new URL(url);
  const query = knownParameters.flatMap((name) => {
    const value = searchParams.get(name);
    return value === null ? [] : [[name, value]];
  });
  return {
    time: isoTime(began),
    method,
    host,
    path: pathname,
    ...(query.length > 0 && { query: Object.fromEntries(query) }),
    ...(component && isFeed(component) && { feed: component.name }),
  };
}

function describeFailure(error: unknown): Partial<Exchange> {
  if (error instanceof HttpError) {
    const { status, requestId } = error;
    return { status, ...(requestId !== undefined && { request_id: requestId }) };
  }
  return { error: error instanceof OperatorError ? error.code : 'unforeseen' };
}

/** Undefined where there is none, or something that is no name. */
export function requestIdOf(header: (name: string) => string | undefined): string | undefined {
  const id = header('x-ms-request-id') ?? header('request-id');
  return id !== undefined && /^[\w-]{1,80}$/.test(id) ? id : undefined;
}
