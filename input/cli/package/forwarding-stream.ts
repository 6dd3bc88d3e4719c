// A data stream whose documents go to that of another package. A form of Fleet needs a data stream of the package for each
// of its streams; what the template compiles is where documents go, and for what Fleet issues the key. So nothing ever
// arrives in this one.

import type { Field } from '../../../fields/field-types.ts';
import { writeFieldFiles } from './fields/field-definitions.ts';
import type { PackageDataStream } from './package-data-stream.ts';

interface Forwarding {
  /** The name of its folder. */
  readonly name: string;
  readonly dataset: string;
  readonly module: string;
  /** The dataset that gets the documents. */
  readonly target: string;
  /** A data stream without a field of its own would be none to package-spec. */
  readonly field: Field;
  readonly title: string;
  /** As the form has it. */
  readonly stream: object;
  /** The settings of the stream. */
  readonly template: string;
}

export function forwardingStream(forwarding: Forwarding): PackageDataStream {
  const { name, dataset, module, target, field, title, stream, template } = forwarding;
  return {
    name,
    manifest: { title, type: 'logs', dataset, streams: [stream] },
    fields: writeFieldFiles({ dataset, module, fields: [field], closed: [] }),
    pipelines: new Map(),
    template: `data_stream:\n  dataset: ${target}\n${template}`,
    sample: {
      '@timestamp': '2026-09-14T08:14:02.000Z',
      data_stream: { dataset, namespace: 'default', type: 'logs' },
      event: { dataset, module },
    },
  };
}
