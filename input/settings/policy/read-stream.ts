// From the checked settings of a stream to what the source and the mapper take.

import { loadDefinitions } from '../../../pipelines/index.ts';
import { describeError } from '../../contract/errors.ts';
import { trustedOrigin } from '../../http/allow-hosts.ts';
import { type TransportOptions, verificationModes } from '../../http/dispatcher.ts';
import type { PolicyProblem } from '../../options/problems.ts';
import { fileSecret, fixedSecret, type Secret } from '../../options/secret.ts';
import type { Settings } from '../../options/settings.ts';
import type { ManagementActivityOptions } from '../../sources/management-activity/options.ts';
import {
  clouds,
  managementActivity,
  managementActivityDataset,
} from '../../sources/management-activity/options.ts';
import { documentForms } from '../collector-options.ts';
import type { MappingOptions } from './policy.ts';
import type { Additions } from './processors.ts';

export function readSource(
  settings: Settings,
  once: boolean,
  problems: PolicyProblem[],
): ManagementActivityOptions | undefined {
  const found = [
    ...checkTenant(settings),
    ...checkHosts(settings),
    ...checkCredentials(settings),
    ...checkDate(settings, 'client_secret_expires'),
  ];
  problems.push(...found);
  if (found.length > 0) return undefined;
  return {
    kind: managementActivity,
    tenantId: settings.requireText('tenant_id').toLowerCase(),
    tenantName: settings.text('tenant_name'),
    clientId: settings.requireText('client_id'),
    clientSecret: readSecret(settings, 'client_secret'),
    clientSecretEndsAt: readDate(settings, 'client_secret_expires'),
    certificate: readCertificate(settings),
    cloud: settings.choice('cloud', clouds),
    hosts: { login: settings.text('login_url'), management: settings.text('management_url') },
    contentTypes: settings.list('content_types'),
    intervalMs: settings.durationMs('interval'),
    initialIntervalMs: settings.durationMs('initial_interval'),
    overlapMs: settings.durationMs('overlap'),
    requestsPerMinute: settings.number('requests_per_minute'),
    concurrentBlobs: settings.number('concurrent_blobs'),
    maximumRecordBytes: settings.bytes('maximum_record_size'),
    publisherIdentifier: settings.text('publisher_identifier'),
    once,
    transport: readTransport(settings),
  };
}

function readTransport(settings: Settings): TransportOptions {
  return {
    proxyUrl: settings.text('proxy_url'),
    proxyDisable: settings.flag('proxy_disable'),
    certificateAuthorities: settings.list('ssl.certificate_authorities'),
    verificationMode: settings.choice('ssl.verification_mode', verificationModes),
    timeoutMs: settings.durationMs('timeout'),
  };
}

interface StreamParts {
  readonly stream: Settings;
  readonly input: Settings;
  readonly source: ManagementActivityOptions;
}

export function readMapping({ stream, input, source }: StreamParts, additions: Additions): MappingOptions {
  const emulated = isEmulated(source);
  const tags = [...stream.list('tags'), ...additions.tags, ...(emulated ? ['m365-emulator'] : [])];
  const named = stream.text('data_stream.namespace') ?? input.text('data_stream.namespace');
  return {
    dataset: managementActivityDataset,
    tenantName: stream.text('tenant_name'),
    tags: [...new Set(tags)],
    fields: additions.fields,
    documents: stream.choice('documents', documentForms),
    preserveOriginal: stream.flag('preserve_original_event'),
    namespace: named ?? (emulated ? 'demo' : 'default'),
  };
}

/** Only an emulator answers on this machine. */
function isEmulated({ hosts }: ManagementActivityOptions): boolean {
  return /^(127\.|localhost$|\[::1\]$)/.test(URL.parse(hosts.management ?? '')?.hostname ?? '');
}

export function checkEmulated(
  source: ManagementActivityOptions,
  { namespace }: MappingOptions,
  place: string,
): PolicyProblem[] {
  if (!isEmulated(source) || namespace === 'demo') return [];
  const message = `invented records of an emulator belong in the namespace demo, not ${namespace}; --force sends them there all the same`;
  return [{ place, message }];
}

/** A constant in the raw record would change it, or make a second one that Elasticsearch refuses. */
export function checkUntouched(
  { dataset, documents, fields }: MappingOptions,
  place: string,
): PolicyProblem[] {
  if (documents !== 'raw') return [];
  const { rawField } = loadDefinitions(dataset).dataset;
  const touching = Object.keys(fields).find((name) => name.split('.', 1)[0] === rawField);
  if (touching === undefined) return [];
  const message = `add_fields cannot set ${touching}: with documents: raw the record in ${rawField} stays as it is`;
  return [{ place, message }];
}

/** What Elasticsearch takes as the namespace of a data stream. */
export function checkNamespace(settings: Settings): PolicyProblem[] {
  const namespace = settings.text('data_stream.namespace');
  if (namespace === undefined || /^[^\sA-Z\-\\/*?"<>|,#:]{1,100}$/.test(namespace)) return [];
  const message = `data_stream.namespace "${namespace}" must be lower case, without "-", spaces or any of \\ / * ? " < > | , # :, at most 100 characters`;
  return [{ place: settings.placeOf('data_stream.namespace'), message }];
}

const guid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
const domain = /^(?!-)[a-z\d-]{1,63}(\.[a-z\d-]{1,63})+$/i;

function checkTenant(settings: Settings): PolicyProblem[] {
  const found: PolicyProblem[] = [];
  const tenant = settings.requireText('tenant_id');
  if (!guid.test(tenant) && !domain.test(tenant))
    found.push({
      place: settings.placeOf('tenant_id'),
      message:
        'tenant_id must be the Directory (tenant) ID, a GUID, or a verified domain such as contoso.com',
    });
  for (const name of ['client_id', 'publisher_identifier']) {
    const value = settings.text(name);
    if (value !== undefined && !guid.test(value))
      found.push({ place: settings.placeOf(name), message: `${name} must be a GUID` });
  }
  return found;
}

function checkHosts(settings: Settings): PolicyProblem[] {
  return ['login_url', 'management_url'].flatMap((name) => {
    const url = settings.text(name);
    if (url === undefined) return [];
    try {
      trustedOrigin(name, url);
      return [];
    } catch (error) {
      return [{ place: settings.placeOf(name), message: describeError(error) }];
    }
  });
}

function checkCredentials(settings: Settings): PolicyProblem[] {
  const ways = ['client_secret', 'client_secret_file', 'certificate', 'certificate_file'].filter((name) =>
    settings.has(name),
  );
  const [first, second] = ways;
  if (first === undefined)
    return [
      {
        place: settings.place,
        message:
          'the stream needs a credential: client_secret, client_secret_file, certificate or certificate_file',
      },
    ];
  if (second === undefined) return [];
  return [
    { place: settings.placeOf(second), message: `${first} and ${second} are both set; keep one of them` },
  ];
}

/** A day, which begins at midnight in UTC, or a time. */
function readDate(settings: Settings, name: string): number | undefined {
  const text = settings.text(name);
  return text === undefined ? undefined : Date.parse(text);
}

function checkDate(settings: Settings, name: string): PolicyProblem[] {
  const text = settings.text(name);
  if (text === undefined || (/^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(Date.parse(text)))) return [];
  return [{ place: settings.placeOf(name), message: `${name} "${text}" must be a date such as 2027-03-01` }];
}

/** `name` or `name_file`, whichever is set. */
function readSecret(settings: Settings, name: string): Secret | undefined {
  const value = settings.text(name);
  if (value !== undefined) return fixedSecret(value);
  const file = settings.text(`${name}_file`);
  return file === undefined ? undefined : fileSecret(file, `${name}_file`);
}

function readCertificate(settings: Settings): ManagementActivityOptions['certificate'] {
  const pem = readSecret(settings, 'certificate');
  if (!pem) return undefined;
  const passphrase = settings.text('certificate_passphrase');
  return async () => ({ pem: await pem(), passphrase });
}
