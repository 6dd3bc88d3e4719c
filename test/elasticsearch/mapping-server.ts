// This project's templates and pipelines on the server under test, under names that no other test uses.

import { randomUUID } from 'node:crypto';
import { templatesOf } from '../../input/cli/artefacts.ts';
import { dataStreamOf } from '../../pipelines/dataset.ts';
import type { Definitions } from '../../pipelines/definitions.ts';
import { buildEnrichmentPipelines, namePipelines } from '../../pipelines/ingest/enrichment-pipeline.ts';
import { buildRawPipelines } from '../../pipelines/ingest/raw-pipeline.ts';
import { ask } from './cluster.ts';

export async function demand(method: string, path: string, body?: unknown) {
  const reply = await ask(method, path, body);
  if (reply.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(reply.body).slice(0, 1000)}`);
  return reply.body;
}

export interface Prepared {
  readonly dataStream: string;
  readonly defaultPipeline: string;
  readonly rawPipeline: string;
  readonly drop: () => Promise<void>;
}

/** Everything `npm run generate` makes, put in place; names are made unique by their beginning. */
export async function prepare(definitions: Definitions): Promise<Prepared> {
  const mark = `m365mapping${randomUUID().slice(0, 8)}`;
  const { dataset } = definitions;
  const names = namePipelines(dataset);
  const rename = (value: unknown) =>
    JSON.parse(JSON.stringify(value).replaceAll(`logs-${dataset.name}@`, `${mark}@`));
  const pipelines = [
    ...buildEnrichmentPipelines(dataset, { withHooks: true }),
    ...buildRawPipelines(definitions),
  ];
  const [component, index] = templatesOf(definitions);
  const dataStream = dataStreamOf({ dataset: dataset.name, namespace: mark });
  const paths = [
    ...pipelines.map(({ name, body }) => ({ path: `/_ingest/pipeline/${rename(name)}`, body: rename(body) })),
    { path: `/_component_template/${mark}@package`, body: rename(component?.body) },
    {
      path: `/_index_template/${mark}`,
      body: { ...rename(index?.body), index_patterns: [dataStream], priority: 10_000 },
    },
  ];
  for (const { path, body } of paths) await demand('PUT', path, body);
  return {
    dataStream,
    defaultPipeline: rename(names.enrichment),
    rawPipeline: rename(names.raw),
    drop: async () => {
      await ask('DELETE', `/_data_stream/${dataStream}`);
      for (const { path } of paths.toReversed()) await ask('DELETE', path);
    },
  };
}
