// The default pipeline of the audit data stream: what only the server knows. A raw record that some other shipper
// sends is mapped here first; a document of this project's input is mapped already.

import { enrichedEnds } from '../document-fields.ts';
import { keepOnFailure, meta, type Pipeline, type Processor } from './processors.ts';

export const enrichmentPipelineName = 'logs-o365.audit@m365';
export const rawPipelineName = 'logs-o365.audit@m365-raw';
const locationPipelineName = 'logs-o365.audit@m365-location';

/** What operators hang in, in the order of Elastic's own integrations. */
const hooks = ['global@custom', 'logs@custom', 'logs-o365.audit@custom'];

interface EnrichmentOptions {
  /** False for the package: Fleet adds the hooks itself. */
  readonly withHooks: boolean;
}

/** The default pipeline is the last; the others it calls. */
export function buildEnrichmentPipelines(options: EnrichmentOptions): [Pipeline, Pipeline] {
  return [buildLocationPipeline(), buildDefaultPipeline(options)];
}

function buildDefaultPipeline({ withHooks }: EnrichmentOptions): Pipeline {
  return {
    name: enrichmentPipelineName,
    body: {
      _meta: meta,
      description:
        'Microsoft 365 audit records: where addresses are, what user agents are, when it was ingested.',
      processors: [
        {
          pipeline: {
            tag: 'raw-record',
            name: rawPipelineName,
            if: "ctx.o365?.audit == null && ctx.event?.kind != 'pipeline_error'",
          },
        },
        // After a raw record was mapped, because that makes the event anew.
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
            name: locationPipelineName,
            if: enrichedEnds.map((end) => `ctx.${end}?.ip != null`).join(' || '),
          },
        },
        ...(withHooks ? hooks.map(callHook) : []),
      ],
      on_failure: keepOnFailure,
    },
  };
}

function buildLocationPipeline(): Pipeline {
  return {
    name: locationPipelineName,
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
