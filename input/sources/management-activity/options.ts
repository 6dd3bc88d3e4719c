// The settings of a stream that reads the Management Activity API, and the shape they have once validated.

import type { DatasetName } from '../../../pipelines/datasets.ts';
import { type TransportOptions, transportOptions } from '../../http/dispatcher.ts';
import type { OptionSet } from '../../options/option.ts';

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

export const clouds = ['commercial', 'gcc', 'gcc-high', 'dod', 'china'] as const;

/** Durations in milliseconds, byte sizes in bytes, secrets as getters so that a reloaded file takes effect. */
export interface ManagementActivityOptions {
  readonly tenantId: string;
  readonly tenantName: string | undefined;
  readonly clientId: string;
  readonly clientSecret: (() => Promise<string>) | undefined;
  /** Two streams whose credentials say the same here sign in with the same one. */
  readonly credentialKey?: string | undefined;
  /** The end that the operator states; milliseconds since the epoch. */
  readonly clientSecretEndsAt?: number | undefined;
  readonly certificate: (() => Promise<{ pem: string; passphrase: string | undefined }>) | undefined;
  readonly cloud: (typeof clouds)[number];
  readonly hosts: { readonly login: string | undefined; readonly management: string | undefined };
  readonly contentTypes: readonly string[];
  readonly intervalMs: number;
  readonly initialIntervalMs: number;
  readonly overlapMs: number;
  readonly requestsPerMinute: number;
  readonly concurrentBlobs: number;
  readonly maximumRecordBytes: number;
  readonly publisherIdentifier: string | undefined;
  /** Proxy, authorities and time-outs; absent means those of the environment. */
  readonly transport?: TransportOptions | undefined;
}

export const managementActivityOptions: OptionSet = {
  part: 'streams',
  options: [
    {
      name: 'tenant_id',
      type: 'text',
      required: true,
      title: 'Directory (tenant) ID',
      about: 'The GUID of the tenant, or one of its verified domains.',
      whenSeveral: 'write a stream for each tenant',
      example: '0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7',
      shared: true,
      shown: 'main',
    },
    {
      name: 'tenant_name',
      type: 'text',
      title: 'Tenant name',
      about: 'Goes to organization.name of every document.',
      example: 'Contoso',
      shared: true,
      shown: 'main',
    },
    {
      name: 'client_id',
      type: 'text',
      required: true,
      title: 'Application (client) ID',
      about: 'The application registered in Microsoft Entra ID.',
      example: '1c2d3e4f-5061-4728-93a4-b5c6d7e8f901',
      shared: true,
      shown: 'main',
    },
    {
      name: 'client_secret',
      type: 'secret',
      title: 'Client Secret',
      about: "The secret's Value, not its Secret ID.",
      shared: true,
      shown: 'main',
    },
    {
      name: 'client_secret_file',
      type: 'text',
      title: 'Client secret file',
      about: 'A file that holds the client secret; read again when it changes.',
      shown: 'file',
    },
    {
      name: 'client_secret_expires',
      type: 'text',
      title: 'Client secret expires',
      about:
        'The date that Entra ID shows beside the secret; with it the status, the completeness reports and their alert warn in time.',
      example: '2027-03-01',
      shared: true,
      shown: 'advanced',
    },
    {
      name: 'certificate',
      type: 'secret',
      title: 'Certificate and key (PEM)',
      about: 'Certificate and private key in PEM, instead of a secret.',
      multiline: true,
      shared: true,
      shown: 'main',
    },
    {
      name: 'certificate_file',
      type: 'text',
      title: 'Certificate file',
      about: 'A PEM file with certificate and private key; read again when it changes.',
      shown: 'file',
    },
    {
      name: 'certificate_passphrase',
      type: 'secret',
      title: 'Key passphrase',
      about: 'For an encrypted private key.',
      shared: true,
      shown: 'advanced',
    },
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
    {
      name: 'cloud',
      type: 'choice',
      choices: clouds,
      default: 'commercial',
      title: 'Cloud',
      about: 'The national cloud the tenant lives in; it sets every host.',
      shared: true,
      shown: 'main',
    },
    {
      name: 'login_url',
      type: 'url',
      title: 'Login URL',
      about: 'Replaces the host that issues tokens.',
      shared: true,
      shown: 'advanced',
    },
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
    {
      name: 'maximum_record_size',
      type: 'bytes',
      default: '4MiB',
      minimum: '64KiB',
      maximum: '32MiB',
      title: 'Largest record',
      about:
        'A larger record goes to the dead letters unparsed; of one larger than 64 MiB only the beginning is kept.',
      shown: 'advanced',
    },
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
