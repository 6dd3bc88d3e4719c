// The settings of the stream that reports completeness: a stream of an m365 input whose dataset is m365.collection.

import type { OptionSet } from '../options/option.ts';

export const completenessOptions: OptionSet = {
  part: 'streams',
  options: [
    {
      name: 'interval',
      type: 'duration',
      default: '5m',
      minimum: '10s',
      maximum: '1h',
      title: 'Interval',
      about: 'How often a document is written for each content type.',
      shown: 'advanced',
    },
  ],
};
