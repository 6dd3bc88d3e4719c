// The settings of a stream that reads the Management Activity API, and the shape they have once validated.

import type { DatasetName } from '../../../pipelines/datasets.ts';
import { transportOptions } from '../../http/dispatcher.ts';
import type { OptionSet } from '../../options/option.ts';
import {
  cloudOption,
  credentialOptions,
  loginOption,
  recordSizeOption,
  type TenantSignIn,
} from '../tenant/tenant-options.ts';

/** The name of this kind of source. */
export const kindName = 'management-activity';

export const contentTypes = [
  'Audit.AzureActiveDirectory',
  'Audit.Exchange',
  'Audit.SharePoint',
  'Audit.General',
  'DLP.All',
] as const;

/** The dataset of its records, for the mapper. */
export const datasetName: DatasetName = 'o365.audit';

/** Durations in milliseconds, byte sizes in bytes, secrets as getters so that a reloaded file takes effect. */
export interface ManagementActivityOptions extends TenantSignIn {
  readonly hosts: { readonly login: string | undefined; readonly management: string | undefined };
  readonly contentTypes: readonly string[];
  readonly intervalMs: number;
  readonly initialIntervalMs: number;
  readonly overlapMs: number;
  readonly requestsPerMinute: number;
  readonly concurrentBlobs: number;
  readonly maximumRecordBytes: number;
  readonly publisherIdentifier: string | undefined;
}

export const managementActivityOptions: OptionSet = {
  part: 'streams',
  options: [
    ...credentialOptions,
    {
      name: 'content_types',
      type: 'list',
      choices: contentTypes,
      default: contentTypes,
      title: 'Content types',
      about: 'What to collect. DLP.All also needs the permission ActivityFeed.ReadDlp and is optional.',
      shown: 'main',
    },
    {
      name: 'initial_interval',
      type: 'duration',
      default: '168h',
      minimum: '0s',
      maximum: '168h',
      boundsReason: 'Microsoft keeps content for 7 days',
      title: 'Initial Interval',
      about: 'How far back the first run reaches; 7 days is the most that Microsoft keeps.',
      shown: 'main',
    },
    {
      name: 'interval',
      type: 'duration',
      default: '1m',
      minimum: '5s',
      maximum: '24h',
      title: 'Interval',
      about: 'How often new content is listed.',
      shown: 'main',
    },
    cloudOption,
    loginOption,
    {
      name: 'management_url',
      type: 'url',
      title: 'Management Activity API URL',
      about: 'Replaces the host of the Management Activity API.',
      shown: 'advanced',
    },
    {
      name: 'overlap',
      type: 'duration',
      default: '2h',
      minimum: '0s',
      maximum: '23h',
      title: 'Overlap',
      about: 'How much already listed time every poll lists again, because Microsoft lists content late.',
      shown: 'advanced',
    },
    {
      name: 'requests_per_minute',
      type: 'integer',
      default: 2000,
      minimum: 1,
      maximum: 100000,
      title: 'Request budget',
      about: 'Requests a minute to this tenant, shared by all content types.',
      shown: 'advanced',
    },
    {
      name: 'concurrent_blobs',
      type: 'integer',
      default: 8,
      minimum: 1,
      maximum: 64,
      title: 'Concurrent blobs',
      about: 'How many content blobs are downloaded at once.',
      shown: 'advanced',
    },
    recordSizeOption,
    {
      name: 'publisher_identifier',
      type: 'text',
      title: 'Publisher identifier',
      about:
        "A tenant GUID that identifies the software's publisher to Microsoft; the tenant's own by default.",
      shown: 'advanced',
    },
    ...transportOptions.options,
  ],
};
