// The parts of Elasticsearch's ingest pipelines that this project uses, as types.

export interface Pipeline {
  readonly name: string;
  readonly body: PipelineBody;
}

interface PipelineBody {
  readonly description: string;
  readonly processors: readonly Processor[];
  readonly on_failure?: readonly Processor[];
  readonly _meta: object;
}

/** One processor under its name; each carries a `tag`, so that a failure says where it was. */
export type Processor = Readonly<Record<string, ProcessorOptions>>;

interface ProcessorOptions {
  readonly tag: string;
  readonly if?: string;
  readonly ignore_failure?: boolean;
  readonly [option: string]: unknown;
}

export const meta = { generated: 'by "npm run generate" from pipelines/record-types', managed_by: 'm365' };

/** Keeps the document, and says what failed where. */
export const keepOnFailure: readonly Processor[] = [
  { set: { tag: 'failure-kind', field: 'event.kind', value: 'pipeline_error' } },
  {
    append: {
      tag: 'failure-message',
      field: 'error.message',
      value:
        'Processor "{{{ _ingest.on_failure_processor_type }}}" with tag "{{{ _ingest.on_failure_processor_tag }}}" in pipeline "{{{ _ingest.pipeline }}}" failed: {{{ _ingest.on_failure_message }}}',
    },
  },
  {
    append: {
      tag: 'failure-keep-original',
      field: 'tags',
      value: 'preserve_original_event',
      allow_duplicates: false,
    },
  },
];
