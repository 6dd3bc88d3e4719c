// Reads the options of this source from the checked settings of a stream.

import { createHash } from 'node:crypto';
import { describeError } from '../../contract/errors.ts';
import { trustedOrigin } from '../../http/allow-hosts.ts';
import type { TransportOptions } from '../../http/dispatcher.ts';
import { verificationModes } from '../../http/tls.ts';
import type { PolicyProblem } from '../../options/problems.ts';
import { fileSecret, fixedSecret, type Secret } from '../../options/secret.ts';
import type { Settings } from '../../options/settings.ts';
import type { SourceIdentity } from '../source-kind.ts';
import { clouds, type ManagementActivityOptions } from './options.ts';

/** Undefined where the settings do not fit together; `problems` then says why. */
export function readOptions(
  settings: Settings,
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
    tenantId: settings.requireText('tenant_id').toLowerCase(),
    tenantName: settings.text('tenant_name'),
    clientId: settings.requireText('client_id'),
    clientSecret: readSecret(settings, 'client_secret'),
    clientSecretEndsAt: readDate(settings, 'client_secret_expires'),
    certificate: readCertificate(settings),
    credentialKey: credentialKeyOf(settings),
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

export function identify(options: ManagementActivityOptions): SourceIdentity {
  const { tenantId, tenantName, contentTypes, maximumRecordBytes, hosts } = options;
  // Only an emulator answers on this machine.
  const emulated = /^(127\.|localhost$|\[::1\]$)/.test(URL.parse(hosts.management ?? '')?.hostname ?? '');
  return { tenantId, tenantName, feeds: contentTypes, maximumRecordBytes, emulated };
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

/** A secret is kept as a digest only, since the key is compared and kept. */
function credentialKeyOf(settings: Settings): string {
  const names = ['client_secret', 'client_secret_file', 'certificate', 'certificate_file'];
  const values = names.map((name) => settings.text(name) ?? '');
  return createHash('sha256').update(JSON.stringify(values)).digest('base64');
}
