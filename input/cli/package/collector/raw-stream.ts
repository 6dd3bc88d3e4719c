// The data stream by which the collector's package delivers raw records into one that another package owns.

import type { Dataset } from '../../../../pipelines/dataset.ts';
import { kindOf } from '../data-streams.ts';
import { writeStreamTemplate } from '../form/stream-template.ts';
import { writeStreamVariables } from '../form/variables.ts';
import { forwardingStream } from '../forwarding-stream.ts';
import type { PackageDataStream } from '../package-data-stream.ts';
import { rawDataset } from './raw-dataset.ts';

export function rawStream({ name, rawField }: Dataset): PackageDataStream {
  const kind = kindOf(name);
  return forwardingStream({
    name: 'audit_raw',
    dataset: rawDataset,
    module: 'm365',
    target: name,
    field: {
      name: rawField,
      type: 'flattened',
      about: `The record, for the pipeline of the package that owns ${name}.`,
      ecs: false,
    },
    title: "Raw records for Elastic's package",
    stream: {
      input: 'm365',
      title: 'Microsoft 365 audit logs',
      description: `Collect the audit logs of one tenant into logs-${name}-*, as records that the package Microsoft Office 365 maps. Disable the inputs of that package for this tenant.`,
      template_path: 'stream.yml.hbs',
      vars: writeStreamVariables(kind),
    },
    template: `documents: raw\n${writeStreamTemplate(kind)}`,
  });
}
