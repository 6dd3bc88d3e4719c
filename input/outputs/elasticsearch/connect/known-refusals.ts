// A connection that asks nothing twice which its key may not do. A key that may only create documents is refused whatever
// looks at them; the first refusal tells, and who asks again is answered from here. Bulk requests always go out: what they
// may not do has to be mended, and documents wait for it.

import type { Clock } from '../../../contract/clock.ts';
import { hourMs } from '../../../contract/time.ts';
import { ElasticsearchError, explainStatus } from '../errors/elasticsearch-error.ts';
import type { ElasticsearchRequest } from './client.ts';
import type { Connection } from './connection.ts';

/** A key may be given more while this runs; then what it could not do works by itself. */
const forgottenAfterMs = 24 * hourMs;

const forbidden = 403;

interface Refusal {
  readonly at: number;
  readonly error: ElasticsearchError;
}

export interface KnownRefusalsParts {
  readonly clock: Clock;
  /** It is called when a request was refused for want of a privilege, and not for those that are then not sent. */
  readonly onRefused: (request: ElasticsearchRequest) => void;
}

export function rememberRefusals(
  connection: Connection,
  { clock, onRefused }: KnownRefusalsParts,
): Connection {
  const refusals = new Map<string, Refusal>();
  const note = (request: ElasticsearchRequest, error: unknown) => {
    const isRefusal = error instanceof ElasticsearchError && error.category === 'privilege';
    if (request.name === 'bulk' || !isRefusal) return;
    refusals.set(keyOf(request), { at: clock.now(), error });
    onRefused(request);
  };
  return {
    ...connection,
    async send(request, signal, accept = []) {
      const known = refusals.get(keyOf(request));
      if (known && clock.now() - known.at < forgottenAfterMs) {
        if (accept.includes(forbidden)) return { status: forbidden, body: undefined };
        throw known.error;
      }
      try {
        const answer = await connection.send(request, signal, accept);
        if (answer.status === forbidden)
          note(request, explainStatus(connection.address, forbidden, answer.body));
        return answer;
      } catch (error) {
        note(request, error);
        throw error;
      }
    },
  };
}

/** One kind of request about one data stream. */
function keyOf({ name, path }: ElasticsearchRequest): string {
  return `${name} ${path}`;
}
