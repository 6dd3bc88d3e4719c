// One tenant as the Management Activity API knows it: its settings, some of which may change while the emulator runs, its
// feeds, its subscriptions and its quota.

import type { Account } from '../../world/account.ts';
import { applyChanges } from '../../world/apply-changes.ts';
import { createWorld } from '../../world/company.ts';
import { hash } from '../../world/random.ts';
import type { RecordSupply } from './content/blob.ts';
import { type ContentType, contentTypes } from './content/content-type.ts';
import { EmulatedFeed } from './content/feed.ts';
import { openRecordFile, type RecordFile } from './content/record-file.ts';
import { tenantChanges } from './option-schemas.ts';
import type { ActivityTenantChanges, ActivityTenantSettings } from './options.ts';
import { generateRecords } from './records/supply.ts';
import { TenantSubscriptions } from './subscriptions.ts';
import { Throttle, type ThrottleOptions } from './throttle.ts';

export interface ActivityEnvironment {
  readonly seed: number;
  /** Milliseconds since the epoch at which history ends. */
  readonly origin: number;
  /** The thing that has a cool-down between two starts of a subscription. */
  readonly cooldown: 'content-type' | 'tenant' | 'off';
  readonly throttle: ThrottleOptions;
}

export class ActivityTenant {
  readonly tenantId: string;
  readonly feeds: ReadonlyMap<ContentType, EmulatedFeed>;
  readonly subscriptions: TenantSubscriptions;
  readonly throttle: Throttle;
  /** Generates records that no history holds, for content that a test asks for. */
  readonly spare: ReadonlyMap<ContentType, RecordSupply>;
  private current: ActivityTenantSettings;
  private readonly file: RecordFile | undefined;

  /** Throws an OperatorError when the file of records cannot be read. */
  constructor(account: Account, settings: ActivityTenantSettings, environment: ActivityEnvironment) {
    const { seed } = environment;
    this.tenantId = account.tenantId;
    this.current = settings;
    this.spare = new Map(contentTypes.map((type) => [type, createSupply(account, seed, type, 'spare')]));
    this.file = settings.content.file === undefined ? undefined : openRecordFile(settings.content.file);
    this.feeds = createFeeds(account, settings, environment, this.file);
    this.subscriptions = new TenantSubscriptions(this.feeds, environment.cooldown, settings.subscribed);
    this.throttle = new Throttle(environment.throttle);
  }

  get settings(): ActivityTenantSettings {
    return this.current;
  }

  update(changes: ActivityTenantChanges): void {
    this.current = applyChanges(this.current, changes, Object.keys(tenantChanges));
  }

  /** Closes the file of records. */
  close(): void {
    this.file?.close();
  }
}

function createSupply({ settings }: Account, seed: number, type: ContentType, purpose: string): RecordSupply {
  const world = createWorld(settings.tenantId, settings.domain, seed);
  return generateRecords(world, type, hash(seed, settings.tenantId, type, purpose));
}

function createFeeds(
  account: Account,
  { content }: ActivityTenantSettings,
  environment: ActivityEnvironment,
  file: RecordFile | undefined,
): ReadonlyMap<ContentType, EmulatedFeed> {
  const total = contentTypes.reduce((sum, type) => sum + content.shares[type], 0);
  let before = 0;
  return new Map(
    contentTypes.map((contentType) => {
      const from = Math.round((before / total) * content.records);
      before += content.shares[contentType];
      const supply =
        file?.supplyOf(contentType) ?? createSupply(account, environment.seed, contentType, 'feed');
      const feed = new EmulatedFeed({
        key: hash(environment.seed, account.tenantId, contentType),
        origin: environment.origin,
        contentType,
        content: file ? { ...content, ratePerMinute: 0 } : content,
        supply,
        records: file ? supply.count : Math.round((before / total) * content.records) - from,
        share: content.shares[contentType] / total,
      });
      return [contentType, feed];
    }),
  );
}
