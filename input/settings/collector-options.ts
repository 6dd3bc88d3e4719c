// The settings that belong to no source and no output: those of the process, under `m365:` at the top of a policy
// file, and those of every input.

import { datasetNames } from '../../pipelines/datasets.ts';
import type { Option, OptionSet } from '../options/option.ts';

export const logLevels = ['debug', 'info', 'warn', 'error'] as const;

export const documentForms = ['mapped', 'raw'] as const;

export const disableHostOption: Option = {
  name: 'publisher_pipeline.disable_host',
  type: 'boolean',
  title: 'No host fields',
  about:
    'Always so, whatever this says: host.* is the device of a record, and agent.name the machine that collects.',
  shown: 'file',
};

export const processOptions: OptionSet = {
  part: 'm365',
  options: [
    {
      name: 'state_folder',
      type: 'text',
      default: './data/state',
      title: 'State folder',
      about:
        'Where the ledger, the dead letters and the status file are kept; personal data, readable by its owner only.',
      shown: 'file',
    },
    {
      name: 'memory_budget',
      type: 'bytes',
      default: '4MiB',
      minimum: '4MiB',
      maximum: '4GiB',
      boundsReason: 'it must hold the largest record, and is shared by all tenants',
      title: 'Memory budget',
      about: 'How many bytes of records may be in memory between download and acknowledgement.',
      shown: 'file',
    },
    {
      name: 'stop_timeout',
      type: 'duration',
      default: '8s',
      minimum: '1s',
      maximum: '10m',
      title: 'Stop time-out',
      about:
        'How long an orderly end may take, all in all; what is not delivered by then is fetched again after the next start. Keep it below what the service manager gives: Docker 10 s unless --stop-timeout says more, Kubernetes 30 s.',
      shown: 'file',
    },
    {
      name: 'logging.level',
      type: 'choice',
      choices: logLevels,
      default: 'info',
      title: 'Log level',
      about: 'The least severe lines that are logged.',
      shown: 'file',
    },
    {
      name: 'logging.requests',
      type: 'boolean',
      default: false,
      title: 'Log requests',
      about:
        'Logs each request to Microsoft with its status and duration, without tokens and bodies. With the level debug they are logged in any case.',
      shown: 'file',
    },
    {
      name: 'status.port',
      type: 'integer',
      default: 0,
      minimum: 0,
      maximum: 65535,
      title: 'Status port',
      about:
        'Serves GET /status on this port of 127.0.0.1; 0 serves nothing. The status file is always written.',
      example: 5601,
      shown: 'file',
    },
  ],
};

/** Of a stream whose dataset is one of these, or of an input with such streams. */
export function dataStreamOptions(datasets: readonly string[]): readonly Option[] {
  const name = datasets.length === 1 ? datasets.join() : '<dataset>';
  return [
    {
      name: 'data_stream.namespace',
      type: 'text',
      title: 'Namespace',
      about: `The last part of the data stream, logs-${name}-<namespace>; "default" unless the input or stream names one.`,
      shown: 'main',
    },
    {
      name: 'data_stream.dataset',
      type: 'choice',
      choices: datasets,
      title: 'Dataset',
      about:
        datasets.length === 1
          ? `Always ${name}, the name that detection rules and dashboards are written against.`
          : 'That of each stream follows from its source, and needs no setting.',
      shown: 'file',
    },
    {
      name: 'data_stream.type',
      type: 'choice',
      choices: ['logs'],
      title: 'Type',
      about: 'Always logs.',
      shown: 'file',
    },
  ];
}

export const policyOptions: OptionSet = {
  part: '',
  options: [
    {
      name: 'outputs',
      type: 'object',
      required: true,
      title: 'Outputs',
      about: 'A map of names to outputs, each with its type.',
      shown: 'file',
    },
    {
      name: 'inputs',
      type: 'object',
      required: true,
      title: 'Inputs',
      about: 'A list; those of type m365 are read, others are left aside.',
      shown: 'file',
    },
    {
      name: 'm365',
      type: 'object',
      title: 'Process',
      about: 'Settings of the whole process.',
      shown: 'file',
    },
  ],
};

export const inputOptions: OptionSet = {
  part: 'inputs',
  options: [
    {
      name: 'type',
      type: 'text',
      title: 'Type',
      about: 'Always m365; inputs of other types are left aside.',
      shown: 'file',
    },
    {
      name: 'enabled',
      type: 'boolean',
      default: true,
      title: 'Enabled',
      about: 'The value false leaves the input aside.',
      shown: 'file',
    },
    {
      name: 'use_output',
      type: 'text',
      default: 'default',
      title: 'Output',
      about: 'The name of one of the outputs.',
      shown: 'file',
    },
    {
      name: 'streams',
      type: 'object',
      required: true,
      title: 'Streams',
      about: 'A list with one entry for each tenant.',
      shown: 'file',
    },
    {
      name: 'tags',
      type: 'list',
      title: 'Tags',
      about: 'Added to the documents of all streams of the input.',
      shown: 'file',
    },
    disableHostOption,
    {
      name: 'processors',
      type: 'object',
      title: 'Processors',
      about: 'As in a stream; for all streams of the input.',
      shown: 'file',
    },
    ...dataStreamOptions(datasetNames),
  ],
};
