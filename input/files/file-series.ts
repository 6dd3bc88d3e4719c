// The files of one series, one after the other: which one is written now, and when the next is begun.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DurableFile, type OpenFile } from './durable-file.ts';
import { isMissing } from './file-change.ts';
import { type FileName, writeFileName } from './file-name.ts';
import { syncFolderSoon } from './owned-files.ts';

export interface SeriesParts {
  readonly folder: string;
  readonly rotateBytes: number;
  readonly rotateIntervalMs: number;
  readonly now: () => number;
  readonly openFile: OpenFile;
  /** Called when the folder is no longer there, to make it again. */
  readonly restoreFolder: () => void;
}

/** A file that an earlier run left, with how much of it counts. */
export interface LeftFile {
  readonly name: FileName;
  readonly path: string;
  readonly length: number;
}

interface Current {
  readonly begun: number;
  readonly file: DurableFile;
}

export class FileSeries {
  readonly #name: string;
  readonly #parts: SeriesParts;
  #left: LeftFile | undefined;
  #current: Current | undefined;
  #number = 1;

  /** `left`: the newest file of the series, to be continued while it is young and small enough. */
  constructor(name: string, left: LeftFile | undefined, parts: SeriesParts) {
    this.#name = name;
    this.#left = left;
    this.#parts = parts;
  }

  /** The file that the next lines belong to. May be called again after a failure. */
  async current(): Promise<DurableFile> {
    if (this.#current && this.#isFull(this.#current.begun, this.#current.file.length)) await this.close();
    this.#current ??= (await this.#continueLeft()) ?? (await this.#begin());
    return this.#current.file;
  }

  /** Leaves a file that others changed; the next lines belong to a new one, which never takes over its name. */
  async abandon(): Promise<void> {
    const left = this.#current;
    this.#current = undefined;
    this.#number += 1;
    await left?.file.abandon();
  }

  async close(): Promise<void> {
    const closing = this.#current;
    this.#current = undefined;
    await closing?.file.close();
  }

  #isFull(begun: number, length: number): boolean {
    return length >= this.#parts.rotateBytes || this.#parts.now() - begun >= this.#parts.rotateIntervalMs;
  }

  async #continueLeft(): Promise<Current | undefined> {
    const left = this.#left;
    if (!left || this.#isFull(left.name.begun, left.length)) return undefined;
    try {
      const file = await DurableFile.open(left.path, left.length, this.#parts.openFile);
      this.#left = undefined;
      return { begun: left.name.begun, file };
    } catch (error) {
      if (!isMissing(error)) throw error;
      // It was taken away since the start, and its name with it.
      this.#left = undefined;
      this.#number = left.name.number + 1;
      return undefined;
    }
  }

  async #begin(): Promise<Current> {
    const begun = this.#parts.now();
    for (;;) {
      const name = writeFileName({ series: this.#name, begun, number: this.#number });
      try {
        return { begun, file: await this.#create(name) };
      } catch (error) {
        if (isTaken(error)) this.#number += 1;
        else if (isMissing(error) && !existsSync(this.#parts.folder)) this.#parts.restoreFolder();
        else throw error;
      }
    }
  }

  async #create(name: string): Promise<DurableFile> {
    const file = await DurableFile.create(join(this.#parts.folder, name), this.#parts.openFile);
    try {
      await syncFolderSoon(this.#parts.folder);
      return file;
    } catch (error) {
      // The next attempt makes another.
      await file.close();
      throw error;
    }
  }
}

function isTaken(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'EEXIST';
}
