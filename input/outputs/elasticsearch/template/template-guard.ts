// Holds documents back from a data stream whose index template does not fit them, until that is mended. Elasticsearch
// matches any `logs-*-*` with a template called `logs`, which maps nothing as the detection rules expect it; and the
// template of another package brings a pipeline that takes a mapped document for a raw record and spoils it.

import type { Clock } from '../../../contract/clock.ts';
import { minuteMs } from '../../../contract/time.ts';
import type { Connection } from '../connect/connection.ts';
import { type DeliverDocuments, resendAll } from '../delivery.ts';
import { asElasticsearchError, ElasticsearchError } from '../errors/elasticsearch-error.ts';
import type { PendingDocument } from '../pending-write.ts';
import type { ForeignDocuments } from '../stored/foreign-documents.ts';
import { readFollowedTemplates } from './followed-templates.ts';
import { foreignPackageOf, type InstalledAsset } from './template-owner.ts';

const generic = 'logs';

/** The template is read again after this time: packages are installed and removed while this runs. */
const recheckMs = 5 * minuteMs;

export interface TemplateGuardParts {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly foreignDocuments: Pick<ForeignDocuments, 'forget'>;
}

/** Wraps a delivery: reads the template before the first request and now and then, and lets documents pass where it may not be read. */
export function templateGuard(
  { connection, clock, foreignDocuments }: TemplateGuardParts,
  deliver: DeliverDocuments,
): DeliverDocuments {
  const trusted = new Map<string, number>();
  const isTrusted = (dataStream: string) =>
    clock.now() - (trusted.get(dataStream) ?? Number.NEGATIVE_INFINITY) < recheckMs;
  return async (dataStream, portion, signal) => {
    if (isTrusted(dataStream)) return deliver(dataStream, portion, signal);
    try {
      const { exists, followed } = await readFollowedTemplates(connection, dataStream, signal);
      const obstacle = findObstacle(dataStream, portion, followed);
      if (obstacle) {
        trusted.delete(dataStream);
        foreignDocuments.forget(dataStream);
        return resendAll(portion, obstacle);
      }
      if (exists) trusted.set(dataStream, clock.now());
    } catch (error) {
      return resendAll(portion, asElasticsearchError(error));
    }
    return deliver(dataStream, portion, signal);
  };
}

function findObstacle(
  dataStream: string,
  portion: readonly PendingDocument[],
  followed: readonly InstalledAsset[],
): ElasticsearchError | undefined {
  const raw = portion.some((entry) => entry.raw);
  if (followed.some(({ name }) => name === generic)) {
    const follows = `${dataStream} follows the index template "${generic}" that comes with Elasticsearch`;
    return raw ? unparsed(follows) : unmapped(follows);
  }
  // The template of any package maps raw records, ours as well.
  const owned = raw ? undefined : followed.find(({ body }) => foreignPackageOf(body) !== undefined);
  return owned && spoiled(dataStream, owned.name, foreignPackageOf(owned.body) ?? 'unknown');
}

function spoiled(dataStream: string, follows: string, packageName: string): ElasticsearchError {
  return ElasticsearchError.later(
    'elasticsearch-template',
    `${dataStream} follows ${follows} of the package "${packageName}", whose pipeline is made for raw records and would spoil mapped ones.`,
    `Set "documents: raw" in the stream, so that "${packageName}" maps what comes; or remove that package and run \`m365 setup --take-over\`. Documents wait until then; none is lost.`,
    { needsOperator: true, category: 'template' },
  );
}

function unmapped(follows: string): ElasticsearchError {
  return ElasticsearchError.later(
    'elasticsearch-template',
    `${follows}, in which no detection rule finds its fields.`,
    'Run `m365 setup --take-over`, or install the package in Kibana. Documents wait until then; none is lost.',
    { needsOperator: true, category: 'template' },
  );
}

function unparsed(follows: string): ElasticsearchError {
  return ElasticsearchError.later(
    'elasticsearch-template',
    `${follows}, and with "documents: raw" nobody maps what comes.`,
    'Install the package that does (Elastic’s is o365) in Kibana, and roll the data stream over; or leave out "documents: raw" and run `m365 setup --take-over`. Documents wait until then; none is lost.',
    { needsOperator: true, category: 'template' },
  );
}
