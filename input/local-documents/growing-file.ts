// Reads one file on while it grows. The file is held open: when it is moved or deleted meanwhile, it is still read to
// its end.

import { type FileHandle, open } from 'node:fs/promises';
import { isMissing } from '../files/file-change.ts';
import type { DocumentFile } from './document-files.ts';
import { DocumentLines, type LocalDocument } from './document-lines.ts';

const chunkBytes = 256 * 1024;

export class GrowingFile {
  readonly file: DocumentFile;
  readonly identity: string;
  #lines = new DocumentLines();
  readonly #handle: FileHandle;
  #offset = 0;

  /** Returns undefined where the file went away since it was listed. */
  static async open(file: DocumentFile): Promise<GrowingFile | undefined> {
    try {
      const handle = await open(file.path, 'r');
      const { dev, ino } = await handle.stat();
      return new GrowingFile(file, handle, identityOf(file.path, dev, ino));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  private constructor(file: DocumentFile, handle: FileHandle, identity: string) {
    this.file = file;
    this.#handle = handle;
    this.identity = identity;
  }

  /** Returns how many damaged lines were found since the last call. */
  takeDamaged(): number {
    const { damaged } = this.#lines;
    this.#lines.damaged = 0;
    return damaged;
  }

  get isUnfinished(): boolean {
    return this.#lines.isUnfinished;
  }

  /** Reads from where the last read ended to the present end of the file. */
  async *read(): AsyncGenerator<LocalDocument[]> {
    const chunk = Buffer.allocUnsafe(chunkBytes);
    await this.#detectTruncation();
    for (;;) {
      const { bytesRead } = await this.#handle.read(chunk, 0, chunkBytes, this.#offset);
      if (bytesRead === 0) return;
      this.#offset += bytesRead;
      const found = this.#lines.push(chunk.subarray(0, bytesRead));
      // Lines within a chunk are views of it, and the next read overwrites it.
      if (found.length > 0) yield found.map(({ tree, line }) => ({ tree, line: Buffer.from(line) }));
    }
  }

  takeRest(): LocalDocument[] {
    return this.#lines.takeRest();
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  /** A writer that cuts the file, as copytruncate does, begins it anew. */
  async #detectTruncation(): Promise<void> {
    const { size } = await this.#handle.stat();
    if (size >= this.#offset) return;
    this.#offset = 0;
    const { damaged } = this.#lines;
    this.#lines = new DocumentLines();
    this.#lines.damaged = damaged;
  }
}

export const identityOf = (path: string, dev: number, ino: number): string => `${path} ${dev}:${ino}`;
