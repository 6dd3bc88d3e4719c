// A content blob as the emulator knows it: when it shows, and how its body and its Ids are made when asked for.

import type { ContentType } from './content-type.ts';

/** Orders the blobs of a feed: by contentCreated, then generated before published, then by number. */
export interface Place {
  readonly created: number;
  readonly published: boolean;
  readonly index: number;
}

export interface ContentBlob {
  readonly contentId: string;
  readonly contentType: ContentType;
  readonly place: Place;
  /** From when on listings show it; later than its contentCreated when it is late. */
  readonly available: number;
  readonly expires: number;
  /** The Ids of its records in the order served; undefined for a record without one. */
  ids(): Iterable<string | undefined>;
  /** Those of them that this blob is the first to hold. */
  ownIds(): Iterable<string | undefined>;
  /** Its own Ids are generated, so that no other blob and no other record in it has them as its own. */
  readonly unique: boolean;
  body(): BlobBody;
}

export type BlobBody = Uint8Array | Iterable<string>;

/** Where the texts and Ids of records come from, by number. */
export interface RecordSupply {
  readonly count: number;
  /** No two records have the same Id. */
  readonly unique: boolean;
  /** `created` is when the blob was made; a generated record happened some time before. */
  text(index: number, created: number): string;
  id(index: number): string | undefined;
}

const chunkLength = 64 * 1024;

/** A JSON array of the texts, in pieces of some size, each made only when the last one was taken. */
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

const stamp = (ms: number, tail: number): string =>
  new Date(ms).toISOString().replace(/\D/g, '') + String(tail % 1_000_000).padStart(6, '0');

/** `20261121080504412000123$20261121081502345000456$audit_general$Audit_General$ap0001`. */
export function contentIdOf(contentType: ContentType, place: Place): string {
  const began = stamp(place.created - 600_000, place.index);
  const region = place.published ? 'em' : 'ap';
  const number = String(place.index).padStart(4, '0');
  return `${began}$${stamp(place.created, place.index)}$${suffixes[contentType]}$${region}${number}`;
}

export interface ContentIdParts {
  readonly contentType: ContentType;
  readonly published: boolean;
  readonly index: number;
}

const contentIdPattern = /^\d{23}\$\d{23}\$(\w+\$\w+)\$(ap|em)(\d{4,12})$/;

/** What a well-formed content id says; undefined for a malformed one. */
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
