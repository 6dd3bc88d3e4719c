// Reads the settings that name a tenant and sign in to it, and says where they do not fit together.

import { createHash } from 'node:crypto';
import { describeError } from '../../contract/errors.ts';
import { trustedOrigin } from '../../http/allow-hosts.ts';
import type { TransportOptions } from '../../http/dispatcher.ts';
import { verificationModes } from '../../http/tls.ts';
import type { PolicyProblem } from '../../options/problems.ts';
import { readSecret } from '../../options/secret.ts';
import type { Settings } from '../../options/settings.ts';
import { clouds, type TenantSignIn } from './tenant-options.ts';

/** The names of the settings that replace hosts have to be given. */
export function checkTenantSettings(settings: Settings, urls: readonly string[]): PolicyProblem[] {
  return [
    ...checkTenant(settings),
    ...checkGuid(settings, 'client_id'),
    ...checkHosts(settings, urls),
    ...checkCredentials(settings),
    ...checkDate(settings, 'client_secret_expires'),
  ];
}

/** Settings that were checked. */
export function readTenantSettings(settings: Settings): TenantSignIn {
  return {
    tenantId: settings.requireText('tenant_id').toLowerCase(),
    tenantName: settings.text('tenant_name'),
    clientId: settings.requireText('client_id'),
    clientSecret: readSecret(settings, 'client_secret'),
    clientSecretEndsAt: readDate(settings, 'client_secret_expires'),
    certificate: readCertificate(settings),
    credentialKey: credentialKeyOf(settings),
    cloud: settings.choice('cloud', clouds),
    transport: readTransport(settings),
  };
}

/** Only an emulator answers on this machine. */
export function isOnThisMachine(url: string | undefined): boolean {
  return /^(127\.|localhost$|\[::1\]$)/.test(URL.parse(url ?? '')?.hostname ?? '');
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

const guid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
const domain = /^(?!-)[a-z\d-]{1,63}(\.[a-z\d-]{1,63})+$/i;

function checkTenant(settings: Settings): PolicyProblem[] {
  const tenant = settings.requireText('tenant_id');
  if (guid.test(tenant) || domain.test(tenant)) return [];
  const message =
    'tenant_id must be the Directory (tenant) ID, a GUID, or a verified domain such as contoso.com';
  return [{ place: settings.placeOf('tenant_id'), message }];
}

export function checkGuid(settings: Settings, name: string): PolicyProblem[] {
  const value = settings.text(name);
  if (value === undefined || guid.test(value)) return [];
  return [{ place: settings.placeOf(name), message: `${name} must be a GUID` }];
}

function checkHosts(settings: Settings, urls: readonly string[]): PolicyProblem[] {
  return urls.flatMap((name) => {
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

function readCertificate(settings: Settings): TenantSignIn['certificate'] {
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
