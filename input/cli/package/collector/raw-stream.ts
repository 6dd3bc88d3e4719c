// The data stream by which the collector's package delivers raw records into one that another package owns. A form of
// Fleet needs a data stream of the package for each of its streams; what the template compiles is where documents go, and
// for what Fleet issues the key. So nothing ever arrives in this one.

import type { Dataset } from '../../../../pipelines/dataset.ts';
import type { PackageDataStream } from '../data-streams.ts';
import { writeFieldFiles } from '../fields/field-definitions.ts';
import { writeStreamTemplate } from '../form/stream-template.ts';
import { writeStreamVariables } from '../form/variables.ts';
import { rawDataset } from './raw-dataset.ts';

export function rawStream({ name, rawField }: Dataset): PackageDataStream {
  return {
    name: 'audit_raw',
    manifest: writeManifest(name),
    fields: writeFieldFiles({
      dataset: rawDataset,
      module: 'm365',
      fields: [
        {
          name: rawField,
          type: 'flattened',
          about: `The record, for the pipeline of the package that owns ${name}.`,
          ecs: false,
        },
      ],
      closed: [],
    }),
    pipelines: new Map(),
    template: `data_stream:\n  dataset: ${name}\ndocuments: raw\n${writeStreamTemplate()}`,
    sample: {
      '@timestamp': '2026-09-14T08:14:02.000Z',
      data_stream: { dataset: rawDataset, namespace: 'default', type: 'logs' },
      event: { dataset: rawDataset, module: 'm365' },
    },
  };
}

function writeManifest(dataset: string): object {
  return {
    title: "Raw records for Elastic's package",
    type: 'logs',
    dataset: rawDataset,
    streams: [
      {
        input: 'm365',
        title: 'Microsoft 365 audit logs',
        description: `Collect the audit logs of one tenant into logs-${dataset}-*, as records that the package Microsoft Office 365 maps. Disable the inputs of that package for this tenant.`,
        template_path: 'stream.yml.hbs',
        vars: writeStreamVariables(),
      },
    ],
  };
}
