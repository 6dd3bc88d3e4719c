// Reads the documents of local files: all of them, the newest, or those that are added. They come in the order in which
// they were collected, series by series.

import { type DocumentFile, listDocumentFiles, statPath } from './document-files.ts';
import type { LocalDocument } from './document-lines.ts';
import { GrowingFile, identityOf } from './growing-file.ts';

export interface DamagedLines {
  readonly path: string;
  readonly lines: number;
  /** True where the last line is not whole: it is being written, or was torn. */
  readonly isUnfinished: boolean;
}

export type OnDamage = (damage: DamagedLines) => void;

/** Reads everything that is there now, once. Files that are moved away meanwhile are left out. */
export async function* readDocuments(
  paths: readonly string[],
  onDamage: OnDamage,
): AsyncGenerator<LocalDocument> {
  for (const file of await listDocumentFiles(paths)) yield* readWhole(file, onDamage);
}

async function* readWhole(listed: DocumentFile, onDamage: OnDamage): AsyncGenerator<LocalDocument> {
  const file = await GrowingFile.open(listed);
  if (file === undefined) return;
  try {
    for await (const documents of file.read()) yield* documents;
    yield* file.takeRest();
    reportDamage(file, onDamage, 'ended');
  } finally {
    await file.close();
  }
}

/** The last line of a file that may still grow may just be being written, so it is not counted as damaged. */
function reportDamage(file: GrowingFile, onDamage: OnDamage, how: 'growing' | 'ended'): void {
  const lines = file.takeDamaged();
  const isUnfinished = how === 'ended' && file.isUnfinished;
  if (lines > 0 || isUnfinished) onDamage({ path: file.file.path, lines, isUnfinished });
}

export type Accept = (document: LocalDocument) => boolean;

/** Reads the newest documents and then, each time it is asked, those that came since. */
export class DocumentTail {
  readonly #paths: readonly string[];
  readonly #onDamage: OnDamage;
  readonly #seen = new Set<string>();
  /** Files that may still grow. */
  #open: GrowingFile[] = [];

  constructor(paths: readonly string[], onDamage: OnDamage) {
    this.#paths = paths;
    this.#onDamage = onDamage;
  }

  /** Returns at most `count` documents, the oldest first. It is called once, before `more`. */
  async newest(count: number, accept: Accept): Promise<LocalDocument[]> {
    const series = Map.groupBy(await listDocumentFiles(this.#paths), (file) => file.series);
    const found: LocalDocument[][] = [];
    for (const files of series.values()) found.push(await this.#newestOf(files, count, accept));
    return inOrder(found).slice(-count);
  }

  /** Returns what was added since to any file; everything there is, where nothing was read before. */
  async *more(): AsyncGenerator<LocalDocument> {
    // Files are listed before they are read: one that has a younger one beside it is not written to any more, and is
    // read to its end below.
    const listed = await listDocumentFiles(this.#paths);
    for (const file of this.#open) yield* this.#readOn(file);
    for (const each of listed) {
      const file = await this.#openNew(each);
      if (file === undefined) continue;
      const older = this.#open.filter((open) => open.file.series === each.series);
      this.#open = [...this.#open.filter((open) => !older.includes(open)), file];
      for (const finished of older) await this.#finish(finished);
      yield* this.#readOn(file);
    }
  }

  async close(): Promise<void> {
    const closing = this.#open;
    this.#open = [];
    for (const file of closing) await file.close();
  }

  /** The files are read from the youngest backwards, until there are enough documents. */
  async #newestOf(files: readonly DocumentFile[], count: number, accept: Accept): Promise<LocalDocument[]> {
    let found: LocalDocument[] = [];
    let youngest: GrowingFile | undefined;
    for (const listed of files.toReversed()) {
      const file = await GrowingFile.open(listed);
      if (file === undefined) continue;
      this.#seen.add(file.identity);
      const isYoungest = youngest === undefined;
      youngest ??= file;
      if (found.length < count) {
        found = [...(await lastOf(file, count - found.length, accept)), ...found];
        reportDamage(file, this.#onDamage, 'ended');
      }
      if (isYoungest) this.#open.push(file);
      else await file.close();
    }
    return found;
  }

  async *#readOn(file: GrowingFile): AsyncGenerator<LocalDocument> {
    for await (const documents of file.read()) yield* documents;
    reportDamage(file, this.#onDamage, 'growing');
  }

  /** Returns undefined for a file that was read before. */
  async #openNew(listed: DocumentFile): Promise<GrowingFile | undefined> {
    const stats = await statPath(listed.path);
    if (stats === undefined || this.#seen.has(identityOf(listed.path, stats.dev, stats.ino)))
      return undefined;
    const file = await GrowingFile.open(listed);
    if (file !== undefined) this.#seen.add(file.identity);
    return file;
  }

  async #finish(file: GrowingFile): Promise<void> {
    reportDamage(file, this.#onDamage, 'ended');
    await file.close();
  }
}

async function lastOf(file: GrowingFile, count: number, accept: Accept): Promise<LocalDocument[]> {
  let found: LocalDocument[] = [];
  for await (const documents of file.read()) {
    found.push(...documents.filter(accept));
    if (found.length > 2 * count) found = found.slice(-count);
  }
  return [...found, ...file.takeRest().filter(accept)].slice(-count);
}

/** Merges several series by the time of collection; each series stays in its own order. */
function inOrder(series: readonly (readonly LocalDocument[])[]): LocalDocument[] {
  const timed = series.flatMap((documents) => {
    let time = '';
    return documents.map((document) => {
      time = ingestedOf(document) ?? time;
      return { document, time };
    });
  });
  return timed
    .sort((one, other) => (one.time < other.time ? -1 : one.time > other.time ? 1 : 0))
    .map(({ document }) => document);
}

function ingestedOf({ tree: { event } }: LocalDocument): string | undefined {
  const isObject = typeof event === 'object' && event !== null && 'ingested' in event;
  return isObject && typeof event.ingested === 'string' ? event.ingested : undefined;
}
