// The settings of a stream that reads one log type of Microsoft Graph, and the shape they have once validated.

import { transportOptions } from '../../http/dispatcher.ts';
import type { Option } from '../../options/option.ts';
import {
  cloudOption,
  credentialOptions,
  loginOption,
  recordSizeOption,
  type TenantSignIn,
} from '../tenant/tenant-options.ts';
import type { FeedQuery, LogType } from './log-type.ts';

/** Durations in milliseconds, byte sizes in bytes. */
export interface GraphOptions extends TenantSignIn {
  readonly logType: LogType;
  readonly hosts: { readonly login: string | undefined; readonly graph: string | undefined };
  readonly feeds: readonly FeedQuery[];
  readonly intervalMs: number;
  readonly initialIntervalMs: number;
  readonly delayMs: number;
  readonly overlapMs: number;
  /** In place of what Microsoft publishes. */
  readonly requestsPerMinute: number | undefined;
  readonly maximumRecordBytes: number;
}

export function graphOptions({ options = [], delay, title, reachMs }: LogType): readonly Option[] {
  const days = `${reachMs / 86_400_000}d`;
  return [
    ...credentialOptions,
    ...options,
    {
      name: 'initial_interval',
      type: 'duration',
      default: '7d',
      minimum: '0s',
      maximum: days,
      boundsReason: 'Microsoft keeps it no longer',
      title: 'Initial Interval',
      about: `How far back the first run reaches; Microsoft keeps ${title} for ${days.replace('d', ' days')} at most.`,
      shown: 'main',
    },
    {
      name: 'interval',
      type: 'duration',
      default: '5m',
      minimum: '5s',
      maximum: '24h',
      title: 'Interval',
      about: 'How often new records are asked for.',
      shown: 'main',
    },
    cloudOption,
    loginOption,
    {
      name: 'graph_url',
      type: 'url',
      title: 'Microsoft Graph URL',
      about: 'Replaces the host of Microsoft Graph.',
      shown: 'advanced',
    },
    {
      name: 'delay',
      type: 'duration',
      default: delay,
      minimum: '0s',
      maximum: '24h',
      title: 'Delay',
      about: 'How old a record is when it is first asked for: Graph shows none at once.',
      shown: 'advanced',
    },
    {
      name: 'overlap',
      type: 'duration',
      default: '30m',
      minimum: '0s',
      maximum: '24h',
      title: 'Overlap',
      about:
        'How much time that was read already every poll reads again, because Graph shows some records late. All is read once more after 2 hours, and after a day.',
      shown: 'advanced',
    },
    {
      name: 'requests_per_minute',
      type: 'integer',
      minimum: 1,
      maximum: 100000,
      title: 'Request budget',
      about: 'Requests a minute to this tenant, in place of the limit that Microsoft publishes.',
      shown: 'advanced',
    },
    recordSizeOption,
    ...transportOptions.options,
  ];
}
