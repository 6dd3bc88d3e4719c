// A file that only grows, and whose length counts only what is on disk: an append that fails leaves it as it was, so
// that the same bytes can be written again.

import { open } from 'node:fs/promises';

/** The part of a FileHandle that is used, so that a test can play a full disk. */
export interface FileLike {
  writev(chunks: readonly NodeJS.ArrayBufferView[], position: number): Promise<{ bytesWritten: number }>;
  datasync(): Promise<void>;
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

/** `wx` makes a file that was not there, `r+` continues one. Owner only. */
export type OpenFile = (path: string, flags: 'wx' | 'r+') => Promise<FileLike>;

export const openOwnedFile: OpenFile = (path, flags) => open(path, flags, 0o600);

export class DurableFile {
  readonly path: string;
  readonly #handle: FileLike;
  #length: number;
  /** True while bytes past the length may be in the file. */
  #torn = false;

  /** `length`: how much of the file counts; what lies behind it is cut off. */
  static async open(path: string, length: number, openFile: OpenFile): Promise<DurableFile> {
    return new DurableFile(path, await openFile(path, 'r+'), length);
  }

  static async create(path: string, openFile: OpenFile): Promise<DurableFile> {
    return new DurableFile(path, await openFile(path, 'wx'), 0);
  }

  private constructor(path: string, handle: FileLike, length: number) {
    this.path = path;
    this.#handle = handle;
    this.#length = length;
    this.#torn = length > 0;
  }

  get length(): number {
    return this.#length;
  }

  /** Resolves when all chunks are on disk. After a failure the same call may simply be made again. */
  async append(chunks: readonly Buffer[]): Promise<void> {
    await this.#mend();
    this.#torn = true;
    let position = this.#length;
    let rest = chunks;
    while (rest.length > 0) {
      const { bytesWritten } = await this.#handle.writev(rest, position);
      position += bytesWritten;
      rest = dropBytes(rest, bytesWritten);
    }
    // After a failed sync the kernel may call unwritten pages clean: a retry has to write them anew, as it does here.
    await this.#handle.datasync();
    this.#length = position;
    this.#torn = false;
  }

  /** Cuts off what a failed append left, where that is possible, and closes. */
  async close(): Promise<void> {
    try {
      await this.#mend();
    } finally {
      await this.#handle.close();
    }
  }

  async #mend(): Promise<void> {
    if (!this.#torn) return;
    await this.#handle.truncate(this.#length);
    this.#torn = false;
  }
}

function dropBytes(chunks: readonly Buffer[], bytes: number): readonly Buffer[] {
  let left = bytes;
  let first = 0;
  for (const chunk of chunks) {
    if (chunk.length > left) break;
    left -= chunk.length;
    first += 1;
  }
  const [partial, ...others] = chunks.slice(first);
  return partial ? [partial.subarray(left), ...others] : [];
}
