// The default pipeline of a data stream: what only the server knows. A raw record that some other shipper
// sends is mapped here first; a document of this project's input is mapped already.

import { type Dataset, recordPath } from '../dataset.ts';
import { enrichedEnds } from '../document-fields.ts';
import { keepOnFailure, meta, type Pipeline, type Processor } from './processors.ts';

/** What the pipelines of a dataset are called. */
export function namePipelines({ name }: Pick<Dataset, 'name'>): {
  readonly enrichment: string;
  readonly raw: string;
  readonly location: string;
} {
  const enrichment = `logs-${name}@m365`;
  return { enrichment, raw: `${enrichment}-raw`, location: `${enrichment}-location` };
}

/** The pipelines of operators run in the order of Elastic's own integrations. */
function hooksOf({ name }: Dataset): readonly string[] {
  return ['global@custom', 'logs@custom', `logs-${name}@custom`];
}

interface EnrichmentOptions {
  /** False for the package: Fleet adds the hooks itself. */
  readonly withHooks: boolean;
}

/** The default pipeline is the last; the others it calls. */
export function buildEnrichmentPipelines(dataset: Dataset, options: EnrichmentOptions): [Pipeline, Pipeline] {
  return [buildLocationPipeline(dataset), buildDefaultPipeline(dataset, options)];
}

function buildDefaultPipeline(dataset: Dataset, { withHooks }: EnrichmentOptions): Pipeline {
  const names = namePipelines(dataset);
  return {
    name: names.enrichment,
    body: {
      _meta: meta,
      description: `${dataset.title}: where addresses are, what user agents are, when it was ingested.`,
      processors: [
        {
          pipeline: {
            tag: 'raw-record',
            name: names.raw,
            if: `ctx.${recordPath(dataset).join('?.')} == null && ctx.event?.kind != 'pipeline_error'`,
          },
        },
        // This comes after the mapping of a raw record, which makes the event anew.
        { set: { tag: 'ingested', field: 'event.ingested', copy_from: '_ingest.timestamp' } },
        // A condition is a script, run for every document, where a processor looks up what is missing for next to
        // nothing. What is no text is no user agent, and no reason to refuse what stands there.
        {
          user_agent: {
            tag: 'user-agent',
            field: 'user_agent.original',
            ignore_missing: true,
            ignore_failure: true,
          },
        },
        // One condition for all ends pays, because most documents have no address.
        {
          pipeline: {
            tag: 'location',
            name: names.location,
            if: enrichedEnds.map((end) => `ctx.${end}?.ip != null`).join(' || '),
          },
        },
        ...(withHooks ? hooksOf(dataset).map(callHook) : []),
      ],
      on_failure: keepOnFailure,
    },
  };
}

function buildLocationPipeline(dataset: Dataset): Pipeline {
  return {
    name: namePipelines(dataset).location,
    body: {
      _meta: meta,
      description: 'Where the addresses of a document are, and in whose networks.',
      processors: enrichedEnds.flatMap(locate),
    },
  };
}

function locate(end: string): Processor[] {
  return [
    {
      geoip: {
        tag: `${end}-city`,
        field: `${end}.ip`,
        target_field: `${end}.geo`,
        ignore_missing: true,
      },
    },
    {
      geoip: {
        tag: `${end}-network`,
        database_file: 'GeoLite2-ASN.mmdb',
        field: `${end}.ip`,
        target_field: `${end}.as`,
        properties: ['asn', 'organization_name'],
        ignore_missing: true,
      },
    },
    {
      rename: {
        tag: `${end}-network-number`,
        field: `${end}.as.asn`,
        target_field: `${end}.as.number`,
        ignore_missing: true,
      },
    },
    {
      rename: {
        tag: `${end}-network-name`,
        field: `${end}.as.organization_name`,
        target_field: `${end}.as.organization.name`,
        ignore_missing: true,
      },
    },
  ];
}

function callHook(name: string): Processor {
  return { pipeline: { tag: `hook-${name}`, name, ignore_missing_pipeline: true } };
}
