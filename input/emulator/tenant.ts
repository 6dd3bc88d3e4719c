// One tenant: its settings, which may be changed while it runs, its feeds, subscriptions and quota.

import type { RecordSupply } from './content/blob.ts';
import { type ContentType, contentTypes } from './content/content-type.ts';
import { Feed } from './content/feed.ts';
import { openRecordFile, type RecordFile } from './content/record-file.ts';
import type { TenantPatch, TenantSettings } from './options.ts';
import { hash } from './random.ts';
import { generateRecords } from './records/supply.ts';
import { createWorld } from './records/world.ts';
import { Subscriptions } from './subscriptions.ts';
import { Throttle, type ThrottleOptions } from './throttle.ts';

export interface TenantEnvironment {
  readonly seed: number;
  readonly origin: number;
  readonly cooldown: 'content-type' | 'tenant' | 'off';
  readonly throttle: ThrottleOptions;
}

export class Tenant {
  readonly feeds: ReadonlyMap<ContentType, Feed>;
  readonly subscriptions: Subscriptions;
  readonly throttle: Throttle;
  /** Generates records that no history holds, for content that a test asks for. */
  readonly spare: ReadonlyMap<ContentType, RecordSupply>;
  private current: TenantSettings;
  private readonly file: RecordFile | undefined;

  constructor(settings: TenantSettings, environment: TenantEnvironment) {
    this.current = settings;
    this.spare = new Map(
      contentTypes.map((type) => [type, generated(settings, environment.seed, type, 'spare')]),
    );
    this.file = settings.content.file === undefined ? undefined : openRecordFile(settings.content.file);
    this.feeds = createFeeds(settings, environment, this.file);
    this.subscriptions = new Subscriptions(this.feeds, environment.cooldown, settings.subscribed);
    this.throttle = new Throttle(environment.throttle);
  }

  get settings(): TenantSettings {
    return this.current;
  }

  update(patch: TenantPatch): void {
    this.current = { ...this.current, ...patch };
  }

  close(): void {
    this.file?.close();
  }
}

function generated(settings: TenantSettings, seed: number, type: ContentType, purpose: string): RecordSupply {
  const world = createWorld(settings.tenantId, settings.domain, seed);
  return generateRecords(world, type, hash(seed, settings.tenantId, type, purpose));
}

function createFeeds(
  settings: TenantSettings,
  environment: TenantEnvironment,
  file: RecordFile | undefined,
): ReadonlyMap<ContentType, Feed> {
  const { content, tenantId } = settings;
  const total = contentTypes.reduce((sum, type) => sum + content.shares[type], 0);
  let before = 0;
  return new Map(
    contentTypes.map((contentType) => {
      const from = Math.round((before / total) * content.records);
      before += content.shares[contentType];
      const supply =
        file?.supplyOf(contentType) ?? generated(settings, environment.seed, contentType, 'feed');
      const feed = new Feed({
        key: hash(environment.seed, tenantId, contentType),
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
