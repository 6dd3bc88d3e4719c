// Documents go only into a data stream whose index template fits them. Every Elasticsearch of Elastic's takes any
// `logs-*-*` by a template called `logs`, which maps nothing as the detection rules expect it; and the template of another
// package brings a pipeline that takes a mapped document for a raw record and spoils it. Until that is mended, documents
// wait.

import type { Clock } from '../../../contract/clock.ts';
import type { Connection } from '../connect/connection.ts';
import { type Deliver, handBack } from '../delivery.ts';
import { asFailure, Failure } from '../errors/failure.ts';
import type { Pending } from '../pending-write.ts';
import type { Strangers } from '../stored/foreign-documents.ts';
import { readFollowed } from './read-template.ts';
import { type Found, foreignPackageOf } from './template-owner.ts';

const generic = 'logs';

/** Packages are installed, and removed, while this runs. */
const askAgainMs = 5 * 60_000;

export interface GuardParts {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly strangers: Pick<Strangers, 'forget'>;
}

/** Asks before the first request of each data stream, and now and then; where it may not be asked, lets go. */
export function guardTemplate({ connection, clock, strangers }: GuardParts, deliver: Deliver): Deliver {
  const trusted = new Map<string, number>();
  const mayGo = (dataStream: string) =>
    clock.now() - (trusted.get(dataStream) ?? Number.NEGATIVE_INFINITY) < askAgainMs;
  return async (dataStream, portion, signal) => {
    if (mayGo(dataStream)) return deliver(dataStream, portion, signal);
    try {
      const { exists, followed } = await readFollowed(connection, dataStream, signal);
      const obstacle = findObstacle(dataStream, portion, followed);
      if (obstacle) {
        trusted.delete(dataStream);
        strangers.forget(dataStream);
        return handBack(portion, obstacle);
      }
      if (exists) trusted.set(dataStream, clock.now());
    } catch (error) {
      return handBack(portion, asFailure(error));
    }
    return deliver(dataStream, portion, signal);
  };
}

function findObstacle(
  dataStream: string,
  portion: readonly Pending[],
  followed: readonly Found[],
): Failure | undefined {
  const raw = portion.some((entry) => entry.raw);
  if (followed.some(({ name }) => name === generic)) {
    const follows = `${dataStream} follows the index template "${generic}" that comes with Elasticsearch`;
    return raw ? unparsed(follows) : unmapped(follows);
  }
  // What has a package of its own maps raw records, ours as well.
  const owned = raw ? undefined : followed.find(({ body }) => foreignPackageOf(body) !== undefined);
  return owned && spoiled(dataStream, owned.name, foreignPackageOf(owned.body) ?? 'unknown');
}

function spoiled(dataStream: string, follows: string, packageName: string): Failure {
  return Failure.later(
    'elasticsearch-template',
    `${dataStream} follows ${follows} of the package "${packageName}", whose pipeline is made for raw records and would spoil mapped ones.`,
    `Set "documents: raw" in the stream, so that "${packageName}" maps what comes; or remove that package and run \`m365 setup --take-over\`. Documents wait until then; none is lost.`,
    { needsOperator: true, trouble: 'template' },
  );
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
