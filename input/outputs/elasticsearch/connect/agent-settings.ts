// Settings of Elastic Agent's own shipper that this output takes in another way, or cannot take. None is passed over in
// silence: one that is taken in another way is noted, one whose loss would change where or how documents arrive is refused.

import type { Option } from '../../../options/option.ts';
import type { PolicyProblem } from '../../../options/problems.ts';
import type { Settings } from '../../../options/settings.ts';

/** The parameters of a bulk request that change nothing about what becomes of documents. */
export const bulkParameters = ['refresh', 'timeout', 'wait_for_active_shards'];

/** What stands in the place of a setting. */
const replacements = {
  bulk_max_size: 'a bulk request ends at bulk_max_bytes, whatever the number of documents',
  'queue.mem.events': 'm365.memory_budget bounds what is in memory, in bytes',
  'queue.mem.flush.min_events': 'a bulk request ends at bulk_max_bytes or after flush_interval',
  queue_flush_timeout: 'a bulk request ends at bulk_max_bytes or after flush_interval',
  max_batch_bytes: 'a bulk request ends at bulk_max_bytes',
  mem_queue_events: 'm365.memory_budget bounds what is in memory, in bytes',
  max_retries: 'what can be delivered later is sent until it is',
  escape_html: 'documents keep their text as it is',
} as const;

const aboutReplaced = (name: keyof typeof replacements) => `Accepted with a note: ${replacements[name]}.`;

const replacedNumbers = [
  ...(['bulk_max_size', 'queue.mem.events', 'queue.mem.flush.min_events', 'queue_flush_timeout'] as const),
  ...(['max_batch_bytes', 'mem_queue_events', 'max_retries'] as const),
];

export const replacedOptions: readonly Option[] = [
  {
    name: 'queue.mem.flush.timeout',
    type: 'duration',
    minimum: '0s',
    maximum: '1m',
    title: 'Queue time-out',
    about: 'Counts as flush_interval where that is not set.',
    shown: 'file',
  },
  {
    name: 'allow_older_versions',
    type: 'boolean',
    title: 'Older versions',
    about: 'Every Elasticsearch since 8.18 is taken, whatever this says; the value false is noted.',
    shown: 'file',
  },
  ...replacedNumbers.map(
    (name): Option => ({
      name,
      type: 'integer',
      title: 'Not used',
      about: aboutReplaced(name),
      shown: 'file',
    }),
  ),
  {
    name: 'escape_html',
    type: 'boolean',
    title: 'Not used',
    about: aboutReplaced('escape_html'),
    shown: 'file',
  },
];

/** The reasons why a setting is refused, each with what to do instead. */
export const refusedSettings: ReadonlyMap<string, string> = new Map([
  ['index', 'an input says where its documents go, in data_stream.namespace'],
  ['indices', 'an input says where its documents go, in data_stream.namespace'],
  ['pipeline', 'the index template of the data stream names its pipeline; add to it in its @custom pipeline'],
  [
    'pipelines',
    'the index template of the data stream names its pipeline; add to it in its @custom pipeline',
  ],
  ['cloud', 'write the address of the deployment in hosts'],
  ['kerberos', 'use api_key, or username and password'],
  ['non_indexable_policy', 'what Elasticsearch refuses is kept in the dead letters; m365 replay delivers it'],
  ['queue.disk', 'what is not delivered is fetched again; the ledger in m365.state_folder knows it'],
  ['ssl.cipher_suites', 'the ciphers of Node are used; choose versions with ssl.supported_protocols'],
  ['ssl.curve_types', 'the curves of Node are used; choose versions with ssl.supported_protocols'],
  ['secrets', 'Kibana does not export secrets; write the setting itself, from an environment variable'],
  ['write_to_logs_streams', 'documents go to the data streams of this integration'],
  ['_write_to_logs_streams', 'documents go to the data streams of this integration'],
]);

/** Notes on settings that were taken in another way. */
export function noteReplaced(settings: Settings): readonly string[] {
  const noted = Object.entries(replacements).filter(([name]) => settings.has(name));
  const notes = noted.map(([name, instead]) => `${settings.placeOf(name)}: ${name} is not used: ${instead}`);
  if (settings.value('allow_older_versions') !== false) return notes;
  const place = settings.placeOf('allow_older_versions');
  return [...notes, `${place}: allow_older_versions is not used: every Elasticsearch since 8.18 is taken`];
}

export function checkParameters(settings: Settings): readonly PolicyProblem[] {
  const names = Object.keys(settings.map('parameters'));
  const others = names.filter((name) => !bulkParameters.includes(name));
  return others.map((name) => ({
    place: settings.placeOf('parameters'),
    message: `parameters cannot set ${name} (only ${bulkParameters.join(', ')})${refusedSettings.has(name) ? `: ${refusedSettings.get(name)}` : ''}`,
  }));
}
