// A content blob as the emulator knows it: the time at which it shows, and how its body and its Ids are made when asked
// for.

import type { ContentType } from './content-type.ts';

/** The position of a blob in its feed: by contentCreated, then generated before published, then by number. */
export interface BlobPosition {
  /** Its contentCreated in milliseconds since the epoch. */
  readonly created: number;
  readonly published: boolean;
  readonly index: number;
}

export interface ContentBlob {
  readonly contentId: string;
  readonly contentType: ContentType;
  readonly position: BlobPosition;
  /** Milliseconds since the epoch from which listings show it; later than its contentCreated when it is late. */
  readonly available: number;
  /** Milliseconds since the epoch from which it is refused. */
  readonly expires: number;
  /** Lists the Ids of its records in the order served; undefined for a record without one. */
  ids(): Iterable<string | undefined>;
  /** Lists those of them that this blob is the first to hold. */
  ownIds(): Iterable<string | undefined>;
  /** True when its own Ids are generated, so that no other blob and no other record in it has them as its own. */
  readonly unique: boolean;
  body(): BlobBody;
}

export type BlobBody = Uint8Array | Iterable<string>;

/** A source of the texts and Ids of records, by number. */
export interface RecordSupply {
  /** The number of records; infinite where they are generated. */
  readonly count: number;
  /** True when no two records have the same Id. */
  readonly unique: boolean;
  /** Returns the JSON of a record. `created` is when its blob was made; a generated record happened some time before. */
  text(index: number, created: number): string;
  /** Returns undefined for a record without an Id. */
  id(index: number): string | undefined;
}

const chunkLength = 64 * 1024;

/** Joins texts to a JSON array, in pieces of some size, each made only when the last one was taken. */
export function* joinRecords(texts: Iterable<string>): Generator<string> {
  let chunk = '[';
  let first = true;
  for (const text of texts) {
    chunk += first ? text : `,${text}`;
    first = false;
    if (chunk.length < chunkLength) continue;
    yield chunk;
    chunk = '';
  }
  yield `${chunk}]`;
}

const suffixes: Record<ContentType, string> = {
  'Audit.AzureActiveDirectory': 'audit_azureactivedirectory$Audit_AzureActiveDirectory',
  'Audit.Exchange': 'audit_exchange$Audit_Exchange',
  'Audit.SharePoint': 'audit_sharepoint$Audit_SharePoint',
  'Audit.General': 'audit_general$Audit_General',
  'DLP.All': 'dlp_all$DLP_All',
};

const formatStamp = (ms: number, tail: number): string =>
  new Date(ms).toISOString().replace(/\D/g, '') + String(tail % 1_000_000).padStart(6, '0');

/** Writes a content id: `20261121080504412000123$20261121081502345000456$audit_general$Audit_General$ap0001`. */
export function formatContentId(contentType: ContentType, position: BlobPosition): string {
  const began = formatStamp(position.created - 600_000, position.index);
  const region = position.published ? 'em' : 'ap';
  const number = String(position.index).padStart(4, '0');
  return `${began}$${formatStamp(position.created, position.index)}$${suffixes[contentType]}$${region}${number}`;
}

export interface ContentIdParts {
  readonly contentType: ContentType;
  readonly published: boolean;
  readonly index: number;
}

const contentIdPattern = /^\d{23}\$\d{23}\$(\w+\$\w+)\$(ap|em)(\d{4,12})$/;

/** Reads a well-formed content id; undefined for a malformed one. */
export function readContentId(contentId: string): ContentIdParts | undefined {
  const [, suffix, region, number] = contentIdPattern.exec(contentId) ?? [];
  for (const [contentType, own] of Object.entries(suffixes)) {
    if (own === suffix && isContentType(contentType)) {
      return { contentType, published: region === 'em', index: Number(number) };
    }
  }
  return undefined;
}

export const isContentType = (text: string): text is ContentType => Object.hasOwn(suffixes, text);
