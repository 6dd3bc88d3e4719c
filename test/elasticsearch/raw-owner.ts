// A package as Elastic's o365 is to those who share a data stream with it: its pipeline takes records from o365audit,
// names the document by a hash of the Id, moves what it knows elsewhere, and fails on what has another shape. Its template
// bears the marks that Fleet leaves.

import { ask } from './cluster.ts';

const rename = (field: string, target_field: string) => ({
  rename: { field, target_field, ignore_missing: true },
});

const processors = [
  { fingerprint: { fields: ['o365audit.Id'], target_field: '_id', ignore_missing: true } },
  { set: { field: 'event.ingested', value: '{{{_ingest.timestamp}}}' } },
  { fail: { if: 'ctx.o365audit == null', message: 'no record' } },
  { fail: { if: "ctx.o365audit?.Operation == 'Unfit'", message: 'unfit' } },
  {
    date: {
      field: 'o365audit.CreationTime',
      formats: ['ISO8601'],
      if: 'ctx.o365audit?.CreationTime != null',
    },
  },
  rename('o365audit.Id', 'event.id'),
  rename('o365audit.Operation', 'event.action'),
  rename('o365audit.OrganizationId', 'organization.id'),
  rename('o365audit.OrganizationName', 'organization.name'),
  {
    script: {
      if: 'ctx.organization?.id != null && ctx._conf?.tenants != null',
      source: 'ctx.organization.name = ctx._conf.tenants[ctx.organization.id]',
    },
  },
  rename('o365audit', 'o365.audit'),
  { remove: { field: '_conf', ignore_missing: true } },
];

const onFailure = [
  { set: { field: 'event.kind', value: 'pipeline_error' } },
  { append: { field: 'error.message', value: '{{{ _ingest.on_failure_message }}}' } },
];

export interface OwnerOptions {
  readonly priority?: number;
}

/** For one data stream, under its name. */
export async function installOwner(dataStream: string, { priority = 960 }: OwnerOptions = {}): Promise<void> {
  const pipeline = `${dataStream}-owner`;
  await ask('PUT', `/_ingest/pipeline/${pipeline}`, { processors, on_failure: onFailure });
  const keyword = { match_mapping_type: 'string', mapping: { type: 'keyword', ignore_above: 1024 } };
  const odd = { Odd: { type: 'object', dynamic: true } };
  await ask('PUT', `/_index_template/${dataStream}`, {
    index_patterns: [dataStream],
    priority,
    data_stream: {},
    _meta: { package: { name: 'o365' }, managed_by: 'fleet', managed: true },
    template: {
      settings: { number_of_replicas: 0, default_pipeline: pipeline },
      mappings: {
        _meta: { package: { name: 'o365' }, managed_by: 'fleet', managed: true },
        dynamic_templates: [{ keyword }],
        properties: {
          event: { properties: { ingested: { type: 'date' }, created: { type: 'date' } } },
          o365: { properties: { audit: { dynamic: false, properties: odd } } },
        },
      },
    },
  });
}

export async function removeOwner(dataStream: string): Promise<void> {
  await ask('DELETE', `/_index_template/${dataStream}`);
  await ask('DELETE', `/_ingest/pipeline/${dataStream}-owner`);
}
