// The options of the Management Activity API and their defaults: for the emulator as a whole, for each tenant, and for
// the content that a tenant has. Durations are in milliseconds unless said otherwise, shares between 0 and 1.

import type { ContentType } from './content/content-type.ts';

export interface ActivityOptions {
  /** True when the bodies of history are made at the start and kept, so that the emulator costs a measurement little. */
  readonly prepared?: boolean;
  /** The number of blobs on a page of a listing; 200 by default. */
  readonly pageSize?: number;
  /** True, the default, when spans of exactly 24 hours are refused, as some have seen. */
  readonly refusesWholeDay?: boolean;
  /** The thing that has a cool-down between two starts of a subscription. */
  readonly startCooldown?: 'content-type' | 'tenant' | 'off';
  /** The status with which throttling answers; `both` alternates. 403 by default. */
  readonly throttleStatus?: 403 | 429 | 'both';
  /** True when throttling says when to come back. */
  readonly throttleRetryAfter?: boolean;
}

export interface ActivityTenantOptions {
  /** False when unified auditing is off. */
  readonly auditing?: boolean;
  /** Subscriptions that exist already. */
  readonly subscribed?: readonly ContentType[];
  /** The number of requests in a minute past which AF429 is answered; without it nothing is throttled. */
  readonly requestsPerMinute?: number;
  /** Milliseconds between the first start of a subscription and its first content. */
  readonly firstContentAfterMs?: number;
  readonly content?: ContentOptions;
}

export interface ContentOptions {
  /** The number of records of history, over all content types; 2,000 by default. */
  readonly records?: number;
  /** Days that history reaches back from the origin; 1 by default. */
  readonly days?: number;
  /** 100 by default. */
  readonly recordsPerBlob?: number;
  /** The number of new records a minute after the origin, over all content types; 0, the default, is silence. */
  readonly ratePerMinute?: number;
  /** Milliseconds between two new blobs of a content type; a minute by default. */
  readonly blobEveryMs?: number;
  /** The path of an NDJSON file whose records take the place of generated ones; `records` is ignored. */
  readonly file?: string;
  /** The part of the records that belongs to each content type; content types that are left out have none. */
  readonly shares?: Partial<Record<ContentType, number>>;
  readonly habits?: Partial<ServiceHabits>;
}

/** Things that Microsoft's service does now and then, each by its share. */
export interface ServiceHabits {
  /** The share of blobs that are listed only after others with a later contentCreated. */
  readonly lateBlobs: number;
  /** Milliseconds by which they are late at most. */
  readonly lateByMs: number;
  /** The share of records that are served again in a later blob, with their keys in another order. */
  readonly repeatedRecords: number;
  /** The share of blobs that are listed twice. */
  readonly listedTwice: number;
  /** The share of pages that are empty, but have a next page. */
  readonly emptyPages: number;
  /** The share of next page addresses that have `/api/v1/` in place of `/api/v1.0/`. */
  readonly oldPaths: number;
}

const noHabits: ServiceHabits = {
  lateBlobs: 0,
  lateByMs: 90 * 60_000,
  repeatedRecords: 0,
  listedTwice: 0,
  emptyPages: 0,
  oldPaths: 0,
};

/** The habits of the service on an ordinary day. */
export const usualHabits: ServiceHabits = {
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
  readonly habits: ServiceHabits;
  readonly shares: Readonly<Record<ContentType, number>>;
}

export interface ActivityTenantSettings
  extends Required<Omit<ActivityTenantOptions, 'requestsPerMinute' | 'content'>> {
  readonly requestsPerMinute: number | undefined;
  readonly content: ContentSettings;
}

/** The settings of a tenant that may change while the emulator runs. */
export type ActivityTenantChanges = Partial<
  Pick<ActivityTenantSettings, 'auditing' | 'requestsPerMinute' | 'firstContentAfterMs'>
>;

/** Fills in the defaults of a tenant. */
export const settleTenant = (options: ActivityTenantOptions): ActivityTenantSettings => ({
  auditing: options.auditing ?? true,
  subscribed: options.subscribed ?? [],
  requestsPerMinute: options.requestsPerMinute,
  firstContentAfterMs: options.firstContentAfterMs ?? 0,
  content: settleContent(options.content ?? {}),
});

const noShares: Record<ContentType, number> = {
  'Audit.AzureActiveDirectory': 0,
  'Audit.Exchange': 0,
  'Audit.SharePoint': 0,
  'Audit.General': 0,
  'DLP.All': 0,
};

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
