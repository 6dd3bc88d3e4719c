// Puts content into a feed on request: given records, exact text, raw bytes, generated records, or a copy of another blob.

import { OperatorError } from '../contract/errors.ts';
import {
  type ContentBlob,
  contentIdOf,
  isContentType,
  joinRecords,
  type Place,
  type RecordSupply,
} from './content/blob.ts';
import type { ContentType } from './content/content-type.ts';
import { reorderKeys } from './content/copies.ts';
import { readId } from './content/record-file.ts';
import type { Tenant } from './tenant.ts';
import { dayMs } from './time.ts';

/** One of `records`, `texts`, `body`, `generate` and `copyOf` says what is in the blob. */
export interface PublishRequest {
  /** GUID or domain; the first tenant by default. */
  readonly tenant?: string;
  readonly contentType: string;
  readonly records?: readonly unknown[];
  /** The JSON text of each record, served exactly so. */
  readonly texts?: readonly string[];
  /** The whole body in base64, JSON or not; `ids` says which Ids a reader would find. */
  readonly body?: string;
  readonly ids?: readonly string[];
  /** So many new records, however many: they are made as they are served. */
  readonly generate?: number;
  /** The content id of a blob of the same feed, to be served again in this one, with keys in another order. */
  readonly copyOf?: string;
  /** ISO 8601; now by default. In the past, this is a late blob. */
  readonly contentCreated?: string;
  /** ISO 8601; from when on listings show it, now by default. */
  readonly available?: string;
  /** ISO 8601; 7 days after contentCreated by default. */
  readonly contentExpiration?: string;
}

interface Filling {
  ids(): Iterable<string | undefined>;
  body(): Uint8Array | Iterable<string>;
  readonly unique: boolean;
}

export class Publisher {
  private readonly now: () => number;
  /** How many spare records of each feed are taken. */
  private readonly taken = new Map<string, number>();

  constructor(now: () => number) {
    this.now = now;
  }

  publish(tenant: Tenant, request: PublishRequest): ContentBlob {
    const { contentType } = request;
    const feed = isContentType(contentType) ? tenant.feeds.get(contentType) : undefined;
    if (!isContentType(contentType) || !feed) throw refuse(`There is no content type "${contentType}".`);
    const now = this.now();
    const created = readTime(request.contentCreated) ?? now;
    const filling = this.fill(tenant, contentType, request, created);
    return feed.publish((place) => assemble(contentType, place, filling, request, now), created);
  }

  private fill(tenant: Tenant, contentType: ContentType, request: PublishRequest, created: number): Filling {
    if (request.generate !== undefined) return this.generate(tenant, contentType, request.generate, created);
    if (request.body !== undefined) {
      const bytes = Buffer.from(request.body, 'base64');
      return { ids: () => request.ids ?? [], body: () => bytes, unique: false };
    }
    const texts =
      request.texts ??
      request.records?.map((record) => JSON.stringify(record)) ??
      this.copy(tenant, contentType, request.copyOf);
    return { ids: () => texts.map(readId), body: () => joinRecords(texts), unique: false };
  }

  private generate(tenant: Tenant, contentType: ContentType, count: number, created: number): Filling {
    const supply = tenant.spare.get(contentType);
    if (!supply) throw refuse(`Nothing can be generated for "${contentType}".`);
    const key = `${tenant.settings.tenantId} ${contentType}`;
    const first = this.taken.get(key) ?? 0;
    this.taken.set(key, first + count);
    return {
      ids: () => generateIds(supply, first, count),
      body: () => joinRecords(generateTexts(supply, first, count, created)),
      unique: true,
    };
  }

  private copy(tenant: Tenant, contentType: ContentType, contentId: string | undefined): string[] {
    if (contentId === undefined)
      throw refuse('Say what is in the blob: records, texts, body, generate or copyOf.');
    const blob = tenant.feeds.get(contentType)?.find(contentId, this.now());
    const body = blob?.body();
    if (!body) throw refuse(`There is no blob ${contentId} of ${contentType}.`);
    const text = body instanceof Uint8Array ? Buffer.from(body).toString() : [...body].join('');
    const records: unknown = JSON.parse(text);
    if (!Array.isArray(records)) throw refuse(`The blob ${contentId} is no array.`);
    return records.map((record: unknown) => reorderKeys(JSON.stringify(record)));
  }
}

function assemble(
  contentType: ContentType,
  place: Place,
  filling: Filling,
  request: PublishRequest,
  now: number,
): ContentBlob {
  return {
    contentId: contentIdOf(contentType, place),
    contentType,
    place,
    available: readTime(request.available) ?? now,
    expires: readTime(request.contentExpiration) ?? place.created + 7 * dayMs,
    ids: filling.ids,
    ownIds: filling.ids,
    unique: filling.unique,
    body: filling.body,
  };
}

function* generateIds(supply: RecordSupply, first: number, count: number): Generator<string | undefined> {
  for (let i = 0; i < count; i++) yield supply.id(first + i);
}

function* generateTexts(
  supply: RecordSupply,
  first: number,
  count: number,
  created: number,
): Generator<string> {
  for (let i = 0; i < count; i++) yield supply.text(first + i, created);
}

function readTime(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw refuse(`"${text}" is no time.`);
  return ms;
}

export const refuse = (message: string): OperatorError =>
  new OperatorError({
    code: 'emulator-request',
    message,
    advice: 'See input/emulator/README.md for what the emulator can be asked.',
    retry: { kind: 'never' },
  });
