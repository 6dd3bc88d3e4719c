// What an emulator can be asked to be, and the defaults. Durations are in milliseconds, shares between 0 and 1.

import type { Clock } from '../contract/clock.ts';
import type { ContentType } from './content/content-type.ts';
import type { FaultEntry } from './faults/plan.ts';
import { guidSeries, hash } from './random.ts';

export interface EmulatorOptions {
  /** 0 takes any free port. */
  readonly port?: number;
  /** Everything generated is a function of it. */
  readonly seed?: number;
  /** How many tenants to invent, or what is to be special about each. */
  readonly tenants?: number | readonly TenantOptions[];
  /** Where now comes from; the emulator can be moved ahead of it. */
  readonly clock?: Pick<Clock, 'now'>;
  /** The instant at which history ends and new activity begins; now by default. Give it to have the same content after a restart. */
  readonly origin?: number;
  /** Time stands still until it is advanced. */
  readonly frozen?: boolean;
  readonly faults?: readonly FaultEntry[];
  /** Bodies of history are made at the start and kept in memory, so that the emulator costs a measurement little. */
  readonly prepared?: boolean;
  /** Whether bodies are compressed for clients that accept gzip. */
  readonly gzip?: boolean;
  readonly pageSize?: number;
  readonly tokenLifetimeSeconds?: number;
  /** Spans of exactly 24 hours are refused, as some have seen. */
  readonly refusesWholeDay?: boolean;
  readonly startCooldown?: 'content-type' | 'tenant' | 'off';
  /** How throttling answers; `both` alternates. */
  readonly throttleStatus?: 403 | 429 | 'both';
  /** Whether throttling says when to come back. */
  readonly throttleRetryAfter?: boolean;
}

export interface TenantOptions {
  readonly tenantId?: string;
  /** A verified domain; the token endpoint takes it in place of the GUID. */
  readonly domain?: string;
  readonly clientId?: string;
  readonly clientSecret?: string;
  /** The secret is past its end date. */
  readonly secretExpired?: boolean;
  /** PEM of the registered certificate. */
  readonly certificate?: string;
  /** The application permissions that an administrator consented to. */
  readonly roles?: readonly string[];
  /** False: unified auditing is off. */
  readonly auditing?: boolean;
  /** Subscriptions that exist already. */
  readonly subscribed?: readonly ContentType[];
  /** Answers AF429 past this many requests in a minute. */
  readonly requestsPerMinute?: number;
  /** After the first start of a subscription, how long until content shows. */
  readonly firstContentAfterMs?: number;
  readonly content?: ContentOptions;
}

export interface ContentOptions {
  /** Records of history, over all content types. */
  readonly records?: number;
  /** How far history reaches back from the origin. */
  readonly days?: number;
  readonly recordsPerBlob?: number;
  /** New records a minute after the origin, over all content types; 0 is silence. */
  readonly ratePerMinute?: number;
  /** How often new blobs appear, per content type. */
  readonly blobEveryMs?: number;
  /** An NDJSON file whose records take the place of generated ones; `records` is ignored. */
  readonly file?: string;
  /** Which part of the records belongs to which content type. */
  readonly shares?: Partial<Record<ContentType, number>>;
  readonly habits?: Partial<Habits>;
}

/** What Microsoft's service does now and then, each by its share. */
export interface Habits {
  /** Of blobs: listed only after others with a later contentCreated. */
  readonly lateBlobs: number;
  /** By how much, at most. */
  readonly lateByMs: number;
  /** Of records: served again in a later blob, with their keys in another order. */
  readonly repeatedRecords: number;
  /** Of blobs: listed twice. */
  readonly listedTwice: number;
  /** Of pages: empty, but with a next page. */
  readonly emptyPages: number;
  /** Of next page addresses: with `/api/v1/` in place of `/api/v1.0/`. */
  readonly oldPaths: number;
}

const noHabits: Habits = {
  lateBlobs: 0,
  lateByMs: 90 * 60_000,
  repeatedRecords: 0,
  listedTwice: 0,
  emptyPages: 0,
  oldPaths: 0,
};

/** The service on an ordinary day. */
export const usualHabits: Habits = {
  ...noHabits,
  lateBlobs: 0.02,
  repeatedRecords: 0.01,
  listedTwice: 0.01,
  emptyPages: 0.05,
  oldPaths: 0.2,
};

const usualShares: Record<ContentType, number> = {
  'Audit.AzureActiveDirectory': 0.3,
  'Audit.Exchange': 0.3,
  'Audit.SharePoint': 0.25,
  'Audit.General': 0.12,
  'DLP.All': 0.03,
};

export interface ContentSettings extends Required<Omit<ContentOptions, 'file' | 'habits' | 'shares'>> {
  readonly file: string | undefined;
  readonly habits: Habits;
  readonly shares: Readonly<Record<ContentType, number>>;
}

export interface TenantSettings
  extends Required<Omit<TenantOptions, 'certificate' | 'requestsPerMinute' | 'content'>> {
  readonly certificate: string | undefined;
  readonly requestsPerMinute: number | undefined;
  readonly content: ContentSettings;
}

export type TenantPatch = Partial<Omit<TenantSettings, 'tenantId' | 'content' | 'domain'>>;

function settleContent(options: ContentOptions): ContentSettings {
  return {
    records: options.records ?? 2_000,
    days: options.days ?? 1,
    recordsPerBlob: options.recordsPerBlob ?? 100,
    ratePerMinute: options.ratePerMinute ?? 0,
    blobEveryMs: options.blobEveryMs ?? 60_000,
    file: options.file,
    habits: { ...noHabits, ...options.habits },
    shares: options.shares === undefined ? usualShares : { ...noShares, ...options.shares },
  };
}

const noShares: Record<ContentType, number> = {
  'Audit.AzureActiveDirectory': 0,
  'Audit.Exchange': 0,
  'Audit.SharePoint': 0,
  'Audit.General': 0,
  'DLP.All': 0,
};

const names = ['contoso', 'fabrikam', 'northwind', 'adatum', 'litware', 'proseware'];

/** Fills in a tenant: ids and the secret come from the seed and the tenant's place in the list. */
function settleTenant(options: TenantOptions, seed: number, index: number): TenantSettings {
  const guid = guidSeries(seed, 'tenant', index);
  return {
    tenantId: (options.tenantId ?? guid(0)).toLowerCase(),
    domain: options.domain ?? `${names[index] ?? `tenant${index}`}.example`,
    clientId: options.clientId ?? guid(1),
    clientSecret:
      options.clientSecret ?? `emu~${hash(seed, 'secret', index).toString(36)}.${guid(2).slice(24)}`,
    secretExpired: options.secretExpired ?? false,
    certificate: options.certificate,
    roles: options.roles ?? ['ActivityFeed.Read', 'ActivityFeed.ReadDlp'],
    auditing: options.auditing ?? true,
    subscribed: options.subscribed ?? [],
    requestsPerMinute: options.requestsPerMinute,
    firstContentAfterMs: options.firstContentAfterMs ?? 0,
    content: settleContent(options.content ?? {}),
  };
}

export function settleTenants(options: EmulatorOptions, seed: number): TenantSettings[] {
  const wanted = options.tenants ?? 1;
  const list = typeof wanted === 'number' ? Array.from({ length: wanted }, () => ({})) : wanted;
  return list.map((tenant, index) => settleTenant(tenant, seed, index));
}
