// The documents of local files: all of them, the newest, and what is added. They are in the order in which they were
// collected, series by series.

import { type DocumentFile, listDocumentFiles, statPlace } from './document-files.ts';
import { GrowingFile, identityOf } from './growing-file.ts';
import type { LocalDocument } from './lines.ts';

export interface Damage {
  readonly path: string;
  readonly lines: number;
  /** Its last line is not whole: it is being written, or was torn. */
  readonly isUnfinished: boolean;
}

export type OnDamage = (damage: Damage) => void;

/** One pass over everything that is there now. Files that are moved away meanwhile are left out. */
export async function* readDocuments(
  places: readonly string[],
  onDamage: OnDamage,
): AsyncGenerator<LocalDocument> {
  for (const file of await listDocumentFiles(places)) yield* readWhole(file, onDamage);
}

async function* readWhole(listed: DocumentFile, onDamage: OnDamage): AsyncGenerator<LocalDocument> {
  const file = await GrowingFile.open(listed);
  if (file === undefined) return;
  try {
    for await (const documents of file.read()) yield* documents;
    yield* file.takeRest();
    tellDamage(file, onDamage, 'ended');
  } finally {
    await file.close();
  }
}

/** Of a file that may still grow, the last line may only just be written. */
function tellDamage(file: GrowingFile, onDamage: OnDamage, how: 'growing' | 'ended'): void {
  const lines = file.takeDamaged();
  const isUnfinished = how === 'ended' && file.isUnfinished;
  if (lines > 0 || isUnfinished) onDamage({ path: file.file.path, lines, isUnfinished });
}

export type Accept = (document: LocalDocument) => boolean;

/** The newest documents, and then, as often as it is asked, those that came since. */
export class DocumentTail {
  readonly #places: readonly string[];
  readonly #onDamage: OnDamage;
  readonly #seen = new Set<string>();
  /** Those that may still grow. */
  #open: GrowingFile[] = [];

  constructor(places: readonly string[], onDamage: OnDamage) {
    this.#places = places;
    this.#onDamage = onDamage;
  }

  /** Oldest first, at most `count` of them. To be called once, before `more`. */
  async newest(count: number, accept: Accept): Promise<LocalDocument[]> {
    const series = Map.groupBy(await listDocumentFiles(this.#places), (file) => file.series);
    const found: LocalDocument[][] = [];
    for (const files of series.values()) found.push(await this.#newestOf(files, count, accept));
    return inOrder(found).slice(-count);
  }

  /** What was added since, in whichever file; all there is, where nothing was read before. */
  async *more(): AsyncGenerator<LocalDocument> {
    // Listed first: a file that has a younger one beside it is not written to any more, and read to its end below.
    const listed = await listDocumentFiles(this.#places);
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

  /** From the youngest file backwards, until there are enough. */
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
        tellDamage(file, this.#onDamage, 'ended');
      }
      if (isYoungest) this.#open.push(file);
      else await file.close();
    }
    return found;
  }

  async *#readOn(file: GrowingFile): AsyncGenerator<LocalDocument> {
    for await (const documents of file.read()) yield* documents;
    tellDamage(file, this.#onDamage, 'growing');
  }

  /** Undefined for one that was read before. */
  async #openNew(listed: DocumentFile): Promise<GrowingFile | undefined> {
    const stats = await statPlace(listed.path);
    if (stats === undefined || this.#seen.has(identityOf(listed.path, stats.dev, stats.ino)))
      return undefined;
    const file = await GrowingFile.open(listed);
    if (file !== undefined) this.#seen.add(file.identity);
    return file;
  }

  async #finish(file: GrowingFile): Promise<void> {
    tellDamage(file, this.#onDamage, 'ended');
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

/** Of several series by when they were collected; each stays in its own order. */
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
