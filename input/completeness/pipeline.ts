// The default ingest pipeline of m365.collection. It sets when a document arrived and calls the pipelines that
// operators add.

import { keepOnFailure, meta, type Pipeline } from '../../pipelines/ingest/processors.ts';

export const collectionPipelineName = 'logs-m365.collection@m365';

const hooks = ['global@custom', 'logs@custom', 'logs-m365.collection@custom'];

/** The package passes `withHooks: false`, because Fleet adds the hooks itself. */
export function buildCollectionPipeline({ withHooks }: { readonly withHooks: boolean }): Pipeline {
  const ingested = { tag: 'ingested', field: 'event.ingested', value: '{{{ _ingest.timestamp }}}' };
  return {
    name: collectionPipelineName,
    body: {
      _meta: meta,
      description: 'What became of everything that Microsoft listed: when a document of it arrived.',
      processors: [{ set: ingested }, ...(withHooks ? hooks.map(callHook) : [])],
      on_failure: keepOnFailure,
    },
  };
}

function callHook(name: string) {
  return { pipeline: { tag: `hook-${name}`, name, ignore_missing_pipeline: true } };
}
