// Dead letters are records that no output will ever take, kept with the reason.

import type { Origin } from './feed.ts';

/** Keeps records that cannot become documents: append-only, readable by its owner only, replayable. */
export interface DeadLetters {
  /** Resolves once on disk. */
  append(letters: readonly DeadLetter[]): Promise<void>;
  /** Opens a letter for a record too large to hold, and takes its bytes as they come. */
  stream(origin: Origin): Promise<DeadLetterStream>;
}

export interface DeadLetter {
  readonly origin: Origin;
  readonly id: string | undefined;
  readonly dataStream: string | undefined;
  readonly type: string;
  readonly reason: string;
  /** The raw record as served. */
  readonly record: string;
  /** The document the output refused, where there was one. */
  readonly document: string | undefined;
}

export interface DeadLetterStream {
  write(chunk: Uint8Array): Promise<void>;
  /** Resolves once on disk. */
  finish(reason: string): Promise<void>;
  /** Drops what was written, because the body broke off and will be fetched again. */
  abandon(): Promise<void>;
}
