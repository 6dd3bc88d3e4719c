// A series of files that are written one after the other: it knows the current one, and begins the next by size and age.

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

/** A file of an earlier run, with its length in bytes. */
export interface ExistingFile {
  readonly name: FileName;
  readonly path: string;
  readonly length: number;
}

interface CurrentFile {
  readonly begun: number;
  readonly file: DurableFile;
}

export class FileSeries {
  readonly #name: string;
  readonly #parts: SeriesParts;
  #existing: ExistingFile | undefined;
  #current: CurrentFile | undefined;
  #number = 1;

  /** `existing`: the newest file of the series, to be continued while it is young and small enough. */
  constructor(name: string, existing: ExistingFile | undefined, parts: SeriesParts) {
    this.#name = name;
    this.#existing = existing;
    this.#parts = parts;
  }

  /** Returns the file for the next lines. It may be called again after a failure. */
  async current(): Promise<DurableFile> {
    if (this.#current && this.#isFull(this.#current.begun, this.#current.file.length)) await this.close();
    this.#current ??= (await this.#continueExisting()) ?? (await this.#begin());
    return this.#current.file;
  }

  /** Closes a file that others changed; the next lines belong to a new one, which never takes over its name. */
  async abandon(): Promise<void> {
    const changed = this.#current;
    this.#current = undefined;
    this.#number += 1;
    await changed?.file.abandon();
  }

  async close(): Promise<void> {
    const closing = this.#current;
    this.#current = undefined;
    await closing?.file.close();
  }

  #isFull(begun: number, length: number): boolean {
    return length >= this.#parts.rotateBytes || this.#parts.now() - begun >= this.#parts.rotateIntervalMs;
  }

  async #continueExisting(): Promise<CurrentFile | undefined> {
    const existing = this.#existing;
    if (!existing || this.#isFull(existing.name.begun, existing.length)) return undefined;
    try {
      const file = await DurableFile.open(existing.path, existing.length, this.#parts.openFile);
      this.#existing = undefined;
      return { begun: existing.name.begun, file };
    } catch (error) {
      if (!isMissing(error)) throw error;
      // Somebody removed the file since the start; its name is not used again.
      this.#existing = undefined;
      this.#number = existing.name.number + 1;
      return undefined;
    }
  }

  async #begin(): Promise<CurrentFile> {
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
      // The next attempt makes another file.
      await file.close();
      throw error;
    }
  }
}

function isTaken(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'EEXIST';
}
