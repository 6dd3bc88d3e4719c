// A file that only grows, and whose length counts only bytes on disk: an append that fails leaves it as it was, so that the
// same bytes can be written again. Others can remove or cut the file meanwhile, so nothing counts as written before that
// was checked.

import type { BigIntStats } from 'node:fs';
import { constants, open } from 'node:fs/promises';
import { type FileChange, isSameFile, readTail, statPath } from './file-change.ts';

/** The part of a FileHandle that is used, so that a test can simulate a full disk. Writes go to the end. */
export interface FileLike {
  writev(chunks: readonly NodeJS.ArrayBufferView[]): Promise<{ bytesWritten: number }>;
  stat(options: { bigint: true }): Promise<BigIntStats>;
  datasync(): Promise<void>;
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

/** Opens a file that only its owner may read. `new` makes one that was not there, `existing` continues one. */
export type OpenFile = (path: string, mode: 'new' | 'existing') => Promise<FileLike>;

/** O_APPEND writes to the end of the file, so that a write after somebody cut it leaves no hole. */
const openFlags = {
  new: constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_EXCL,
  existing: constants.O_WRONLY | constants.O_APPEND,
};

export const openOwnedFile: OpenFile = (path, mode) => open(path, openFlags[mode], 0o600);

export class DurableFile {
  readonly path: string;
  readonly #handle: FileLike;
  /** False on a file system whose inode numbers say nothing. */
  readonly #hasIdentity: boolean;
  #length: number;
  /** True while the file may hold bytes of ours past the length. */
  #torn = false;

  /** Opens an existing file. `length`: its size in bytes, all of which counts. */
  static async open(path: string, length: number, openFile: OpenFile): Promise<DurableFile> {
    return DurableFile.#take(path, await openFile(path, 'existing'), length);
  }

  static async create(path: string, openFile: OpenFile): Promise<DurableFile> {
    return DurableFile.#take(path, await openFile(path, 'new'), 0);
  }

  static async #take(path: string, handle: FileLike, length: number): Promise<DurableFile> {
    try {
      const own = await handle.stat({ bigint: true });
      return new DurableFile(path, handle, length, own.nlink > 0n && isSameFile(own, await statPath(path)));
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  private constructor(path: string, handle: FileLike, length: number, hasIdentity: boolean) {
    this.path = path;
    this.#handle = handle;
    this.#length = length;
    this.#hasIdentity = hasIdentity;
  }

  get length(): number {
    return this.#length;
  }

  /** Returns what others did to the file since the last append, undefined where nothing. Call it before each append. */
  async findChange(): Promise<FileChange | undefined> {
    const own = await this.#handle.stat({ bigint: true });
    const size = await this.#cutTorn(Number(own.size));
    if (this.#hasIdentity) {
      if (own.nlink === 0n) return { kind: 'removed' };
      if (!isSameFile(own, await statPath(this.path))) return { kind: 'moved' };
    }
    return size === this.#length ? undefined : { kind: 'resized', from: this.#length, to: size };
  }

  /**
   * Resolves with undefined when all chunks are on disk, or with what others did to the file meanwhile: the chunks are
   * then not in it. After either that or a failure, the same chunks may be written again, to another file or this one.
   */
  async append(chunks: readonly Buffer[]): Promise<FileChange | undefined> {
    this.#torn = true;
    let rest = chunks;
    while (rest.length > 0) {
      const { bytesWritten } = await this.#handle.writev(rest);
      rest = dropBytes(rest, bytesWritten);
    }
    // The kernel may call unwritten pages clean after a failed sync: a retry has to write them anew, as it does here.
    await this.#handle.datasync();
    const { nlink, size } = await this.#handle.stat({ bigint: true });
    if (this.#hasIdentity && nlink === 0n) return { kind: 'removed' };
    const expected = this.#length + chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    if (Number(size) !== expected && !(await this.#isInPlace(chunks, expected))) {
      await this.#withdraw(chunks, Number(size));
      return { kind: 'resized', from: this.#length, to: Number(size) };
    }
    this.#length = expected;
    this.#torn = false;
    return undefined;
  }

  /** Cuts off what a failed append left, where that is possible, and closes. */
  async close(): Promise<void> {
    try {
      if (this.#torn) await this.findChange();
    } finally {
      await this.#handle.close();
    }
  }

  /** Closes a file that others changed, and leaves it as it is. */
  async abandon(): Promise<void> {
    await this.#handle.close();
  }

  /** Cuts off bytes of a failed append, and returns the length of the file. */
  async #cutTorn(size: number): Promise<number> {
    if (!this.#torn) return size;
    if (size > this.#length) await this.#handle.truncate(this.#length);
    this.#torn = false;
    return Math.min(size, this.#length);
  }

  /** True where somebody else has only written after the chunks. */
  async #isInPlace(chunks: readonly Buffer[], end: number): Promise<boolean> {
    const written = await readTail(this.path, this.#length, end);
    return written !== undefined && Buffer.concat(chunks).equals(written);
  }

  /** Takes the chunks out of a file that others cut or wrote to at the same time, where they can be told apart. */
  async #withdraw(chunks: readonly Buffer[], size: number): Promise<void> {
    const bytes = Buffer.concat(chunks);
    for (const start of [size - bytes.length, this.#length]) {
      if (start < 0 || start >= size) continue;
      const tail = await readTail(this.path, start, size);
      if (tail && bytes.subarray(0, tail.length).equals(tail)) return this.#handle.truncate(start);
    }
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
