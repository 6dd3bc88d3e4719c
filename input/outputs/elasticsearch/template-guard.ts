// Every Elasticsearch of Elastic's takes documents for any `logs-*-*` by a template of its own, called `logs`, which
// maps nothing as the detection rules expect it. A data stream that follows it is not written to: documents wait.

import type { Connection } from './connection.ts';
import { type Deliver, handBack } from './delivery.ts';
import { asFailure, Failure, isObject } from './failure.ts';
import type { Pending } from './pending-write.ts';

const generic = 'logs';

/** Asks before the first request of each data stream; where it does not exist yet, or may not be asked, lets go. */
export function guardTemplate(connection: Connection, deliver: Deliver): Deliver {
  const trusted = new Set<string>();
  return async (dataStream, portion, signal) => {
    if (trusted.has(dataStream)) return deliver(dataStream, portion, signal);
    try {
      const template = await readTemplate(connection, dataStream, signal);
      if (template === generic) return handBack(portion, explain(dataStream, portion));
      if (template !== 'none yet') trusted.add(dataStream);
    } catch (error) {
      return handBack(portion, asFailure(error));
    }
    return deliver(dataStream, portion, signal);
  };
}

/** The name of the template; undefined where it is not told. */
async function readTemplate(
  connection: Connection,
  dataStream: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { status, body } = await connection.send(
    {
      method: 'GET',
      path: `/_data_stream/${encodeURIComponent(dataStream)}`,
      query: { filter_path: 'data_streams.template' },
      name: 'indices.get_data_stream',
    },
    signal,
    [403, 404],
  );
  if (status === 404) return 'none yet';
  const [first]: unknown[] = isObject(body) && Array.isArray(body.data_streams) ? body.data_streams : [];
  return isObject(first) && typeof first.template === 'string' ? first.template : undefined;
}

function explain(dataStream: string, portion: readonly Pending[]): Failure {
  const follows = `${dataStream} follows the index template "${generic}" that comes with Elasticsearch`;
  return portion.some(({ raw }) => raw) ? unparsed(follows) : unmapped(follows);
}

function unmapped(follows: string): Failure {
  return Failure.later(
    'elasticsearch-template',
    `${follows}, in which no detection rule finds its fields.`,
    'Run `m365 setup --take-over`, or install the package in Kibana. Documents wait until then; none is lost.',
    { needsOperator: true, trouble: 'template' },
  );
}

function unparsed(follows: string): Failure {
  return Failure.later(
    'elasticsearch-template',
    `${follows}, and with "documents: raw" nobody maps what comes.`,
    'Install the package that does (Elastic’s is o365) in Kibana, and roll the data stream over; or leave out "documents: raw" and run `m365 setup --take-over`. Documents wait until then; none is lost.',
    { needsOperator: true, trouble: 'template' },
  );
}
