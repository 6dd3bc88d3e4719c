// A batch of records whose body is being served, as faults need it: to put further records into it, and to tell the
// truth about them.

export type BodyPiece = string | Uint8Array;

export interface ServedRecords {
  readonly tenantId: string;
  /** The name of the feed, as in the truth. */
  readonly contentType: string;
  /** The name of the batch, as in the truth. */
  readonly contentId: string;
  /** The time of the batch in milliseconds since the epoch. */
  readonly created: number;
  /** The body before its first record, such as `[`. */
  readonly opening: string;
  /** Lists the JSON of the records with commas between them, in pieces that are made as they are taken. */
  records(): Iterable<BodyPiece>;
  /** The body after its last record, such as `]`. */
  readonly closing: string;
  /** Writes a valid record with this Id and this name of what happened, without its closing brace. */
  beginRecord(id: string, operation: 'Hostile' | 'Giant'): string;
}
