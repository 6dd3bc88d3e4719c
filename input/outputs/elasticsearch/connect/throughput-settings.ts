// The settings of an Elasticsearch output that say how much goes to the cluster at once and how long anything waits, and
// what Elastic Agent's presets come to.

import type { Option } from '../../../options/option.ts';
import type { Settings } from '../../../options/settings.ts';
import { defaults } from './options.ts';

const presetNames = ['balanced', 'throughput', 'scale', 'latency', 'custom'] as const;

interface Throughput {
  readonly workers: number;
  readonly flushIntervalMs: number;
  readonly idleMs: number;
}

const usual: Throughput = {
  workers: defaults.workers,
  flushIntervalMs: defaults.flushIntervalMs,
  idleMs: 30_000,
};

/** By the intent of each; what Elastic Agent itself counts in events does not apply to requests bounded by bytes. */
const presets: Record<(typeof presetNames)[number], Throughput> = {
  balanced: usual,
  custom: usual,
  throughput: { workers: 4, flushIntervalMs: 5_000, idleMs: 15_000 },
  scale: { workers: 1, flushIntervalMs: 20_000, idleMs: 1_000 },
  latency: { ...usual, flushIntervalMs: 100, idleMs: 60_000 },
};

/** The same in words, by the names of the settings. */
export function showThroughput(settings: Settings): Readonly<Record<string, string | number>> {
  const { workers, flushIntervalMs, idleMs } = readThroughput(settings);
  return {
    worker: workers,
    flush_interval: `${flushIntervalMs / 1000}s`,
    idle_connection_timeout: `${idleMs / 1000}s`,
  };
}

/** What is written down counts before the preset. */
export function readThroughput(settings: Settings): Throughput {
  const preset = presets[settings.choice('preset', presetNames)];
  const workers = ['worker', 'workers'].find((name) => settings.has(name));
  const flush = ['flush_interval', 'queue.mem.flush.timeout'].find((name) => settings.has(name));
  return {
    workers: workers === undefined ? preset.workers : settings.number(workers),
    // Elastic Agent writes 0s where nothing is to wait.
    flushIntervalMs: flush === undefined ? preset.flushIntervalMs : Math.max(10, settings.durationMs(flush)),
    idleMs: settings.has('idle_connection_timeout')
      ? settings.durationMs('idle_connection_timeout')
      : preset.idleMs,
  };
}

export const throughputOptions: readonly Option[] = [
  {
    name: 'preset',
    type: 'choice',
    choices: presetNames,
    default: 'balanced',
    title: 'Preset',
    about:
      'What Elastic Agent’s presets come to here: throughput has worker 4 and flush_interval 5s; scale worker 1 and flush_interval 20s; latency flush_interval 100ms; balanced and custom the defaults. A setting that is written down counts before its preset.',
    shown: 'file',
  },
  {
    name: 'compression_level',
    type: 'integer',
    default: defaults.compressionLevel,
    minimum: 0,
    maximum: 9,
    title: 'Compression level',
    about: 'gzip level of requests; 0 sends them as they are, which saves CPU on a fast network.',
    shown: 'advanced',
  },
  {
    name: 'bulk_max_bytes',
    type: 'bytes',
    default: '5MiB',
    minimum: '64KiB',
    maximum: '50MiB',
    boundsReason: 'Elasticsearch takes at most 100 MiB a request, and each one is held in memory',
    title: 'Largest bulk request',
    about: 'A bulk request is sent when it has this size.',
    shown: 'advanced',
  },
  {
    name: 'flush_interval',
    type: 'duration',
    default: '1s',
    minimum: '10ms',
    maximum: '1m',
    title: 'Flush interval',
    about:
      'A bulk request is sent after this time, whatever its size; a tenth of it without a new document does too.',
    shown: 'advanced',
  },
  {
    name: 'worker',
    type: 'integer',
    default: defaults.workers,
    minimum: 1,
    maximum: 16,
    title: 'Workers',
    about:
      'Bulk requests on their way at once; one more where new records come while old ones are caught up.',
    shown: 'advanced',
  },
  {
    name: 'workers',
    type: 'integer',
    minimum: 1,
    maximum: 16,
    title: 'Workers',
    about: 'The same as worker, by its other name.',
    shown: 'file',
  },
  {
    name: 'idle_connection_timeout',
    type: 'duration',
    default: '30s',
    minimum: '1s',
    maximum: '1h',
    title: 'Idle connections',
    about: 'How long a connection without a request is kept open.',
    shown: 'file',
  },
  {
    name: 'timeout',
    type: 'duration',
    default: '90s',
    minimum: '1s',
    maximum: '10m',
    title: 'Time-out',
    about: 'How long to wait for a connection and for an answer.',
    shown: 'advanced',
  },
  {
    name: 'backoff.init',
    type: 'duration',
    default: '1s',
    minimum: '10ms',
    maximum: '10m',
    title: 'First back-off',
    about: 'The wait after the first failure; it doubles with each further one.',
    shown: 'file',
  },
  {
    name: 'backoff.max',
    type: 'duration',
    default: '60s',
    minimum: '10ms',
    maximum: '1h',
    title: 'Longest back-off',
    about: 'The wait never grows past this.',
    shown: 'file',
  },
];
