// Puts content into a feed on request: given records, exact text, raw bytes, generated records, or a copy of another blob.

import { dayMs } from '../../../contract/time.ts';
import { readInstant } from '../../control/read-body.ts';
import { refuseControl } from '../../control/request.ts';
import {
  type BlobPosition,
  type ContentBlob,
  formatContentId,
  isContentType,
  joinRecords,
  type RecordSupply,
} from './content/blob.ts';
import type { ContentType } from './content/content-type.ts';
import { reorderKeys } from './content/copies.ts';
import { readId } from './content/record-file.ts';
import type { ActivityTenant } from './tenant.ts';

/** A blob to be published. One of `records`, `texts`, `body`, `generate` and `copyOf` says what is in it. */
export interface PublishRequest {
  /** The tenant by GUID or domain; the first one by default. */
  readonly tenant?: string;
  readonly contentType: string;
  readonly records?: readonly unknown[];
  /** The JSON text of each record, served exactly so. */
  readonly texts?: readonly string[];
  /** The whole body in base64, JSON or not; `ids` are the Ids that a reader would find in it. */
  readonly body?: string;
  readonly ids?: readonly string[];
  /** The number of new records, however many: they are made as they are served. */
  readonly generate?: number;
  /** The content id of a blob of the same feed, to be served again in this one, with keys in another order. */
  readonly copyOf?: string;
  /** ISO 8601; now by default. In the past, this is a late blob. */
  readonly contentCreated?: string;
  /** ISO 8601; the time from which listings show it, now by default. */
  readonly available?: string;
  /** ISO 8601; 7 days after contentCreated by default. */
  readonly contentExpiration?: string;
}

const text = { type: 'string' } as const;
const texts = { type: 'array', items: text } as const;

/** JSON schemas of the properties of a request to publish. */
export const publishProperties: Record<keyof PublishRequest, object> = {
  tenant: text,
  contentType: text,
  records: { type: 'array' },
  texts,
  body: text,
  ids: texts,
  generate: { type: 'integer', minimum: 1 },
  copyOf: text,
  contentCreated: text,
  available: text,
  contentExpiration: text,
};

interface Filling {
  ids(): Iterable<string | undefined>;
  body(): Uint8Array | Iterable<string>;
  readonly unique: boolean;
}

export class Publisher {
  private readonly now: () => number;
  /** The number of spare records of each feed that are taken. */
  private readonly taken = new Map<string, number>();

  constructor(now: () => number) {
    this.now = now;
  }

  /** Adds a blob to a feed and returns it. Throws an OperatorError when the request cannot be. */
  publish(tenant: ActivityTenant, request: PublishRequest): ContentBlob {
    const { contentType } = request;
    const feed = isContentType(contentType) ? tenant.feeds.get(contentType) : undefined;
    if (!isContentType(contentType) || !feed)
      throw refuseControl(`There is no content type "${contentType}".`);
    const now = this.now();
    const created = readOptionalInstant(request.contentCreated) ?? now;
    const filling = this.fill(tenant, contentType, request, created);
    return feed.publish((position) => assemble(contentType, position, filling, request, now), created);
  }

  private fill(
    tenant: ActivityTenant,
    contentType: ContentType,
    request: PublishRequest,
    created: number,
  ): Filling {
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

  private generate(
    tenant: ActivityTenant,
    contentType: ContentType,
    count: number,
    created: number,
  ): Filling {
    const supply = tenant.spare.get(contentType);
    if (!supply) throw refuseControl(`Nothing can be generated for "${contentType}".`);
    const key = `${tenant.tenantId} ${contentType}`;
    const first = this.taken.get(key) ?? 0;
    this.taken.set(key, first + count);
    return {
      ids: () => generateIds(supply, first, count),
      body: () => joinRecords(generateTexts(supply, first, count, created)),
      unique: true,
    };
  }

  private copy(tenant: ActivityTenant, contentType: ContentType, contentId: string | undefined): string[] {
    if (contentId === undefined)
      throw refuseControl('Say what is in the blob: records, texts, body, generate or copyOf.');
    const blob = tenant.feeds.get(contentType)?.find(contentId, this.now());
    const body = blob?.body();
    if (!body) throw refuseControl(`There is no blob ${contentId} of ${contentType}.`);
    const text = body instanceof Uint8Array ? Buffer.from(body).toString() : [...body].join('');
    const records: unknown = JSON.parse(text);
    if (!Array.isArray(records)) throw refuseControl(`The blob ${contentId} is no array.`);
    return records.map((record: unknown) => reorderKeys(JSON.stringify(record)));
  }
}

function assemble(
  contentType: ContentType,
  position: BlobPosition,
  filling: Filling,
  request: PublishRequest,
  now: number,
): ContentBlob {
  return {
    contentId: formatContentId(contentType, position),
    contentType,
    position,
    available: readOptionalInstant(request.available) ?? now,
    expires: readOptionalInstant(request.contentExpiration) ?? position.created + 7 * dayMs,
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

const readOptionalInstant = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : readInstant(text);
