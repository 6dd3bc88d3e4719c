// The settings that name a tenant and sign in to it, which streams of every source ask for.

import type { TransportOptions } from '../../http/dispatcher.ts';
import type { Option } from '../../options/option.ts';

export const clouds = ['commercial', 'gcc', 'gcc-high', 'dod', 'china'] as const;

export type Cloud = (typeof clouds)[number];

/** Durations in milliseconds, byte sizes in bytes, secrets as getters so that a reloaded file takes effect. */
export interface TenantSignIn {
  readonly tenantId: string;
  readonly tenantName: string | undefined;
  readonly clientId: string;
  readonly clientSecret: (() => Promise<string>) | undefined;
  /** Two streams whose credentials say the same here sign in with the same one. */
  readonly credentialKey?: string | undefined;
  /** The end that the operator states; milliseconds since the epoch. */
  readonly clientSecretEndsAt?: number | undefined;
  readonly certificate: (() => Promise<{ pem: string; passphrase: string | undefined }>) | undefined;
  readonly cloud: Cloud;
  /** Proxy, authorities and time-outs; absent means those of the environment. */
  readonly transport?: TransportOptions | undefined;
}

export const credentialOptions: readonly Option[] = [
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
];

export const cloudOption: Option = {
  name: 'cloud',
  type: 'choice',
  choices: clouds,
  default: 'commercial',
  title: 'Cloud',
  about: 'The national cloud the tenant lives in; it sets every host.',
  shared: true,
  shown: 'main',
};

export const loginOption: Option = {
  name: 'login_url',
  type: 'url',
  title: 'Login URL',
  about: 'Replaces the host that issues tokens.',
  shared: true,
  shown: 'advanced',
};

export const recordSizeOption: Option = {
  name: 'maximum_record_size',
  type: 'bytes',
  default: '4MiB',
  minimum: '64KiB',
  maximum: '32MiB',
  title: 'Largest record',
  about:
    'A larger record goes to the dead letters unparsed; of one larger than 64 MiB only the beginning is kept.',
  shown: 'advanced',
};
