// Keeps records that cannot become a document until somebody mends the cause: a line of NDJSON each, and a raw file
// beside it for a record too large for a line. All are personal data, readable by their owner only.

import { type BigIntStats, createReadStream, existsSync, readdirSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Clock } from '../../contract/clock.ts';
import type { DeadLetter, DeadLetterStream, DeadLetters } from '../../contract/dead-letters.ts';
import { OperatorError } from '../../contract/errors.ts';
import type { Origin } from '../../contract/feed.ts';
import type { Logger } from '../../contract/logger.ts';
import { isoTime } from '../../contract/time.ts';
import { type OpenFile, openOwnedFile } from '../../files/durable-file.ts';
import { isSameFile, statPath } from '../../files/file-change.ts';
import { formatTimestamp } from '../../files/file-name.ts';
import { FileSeries } from '../../files/file-series.ts';
import {
  createOwnedFolder,
  requireFolder,
  requireReadable,
  syncFolderSoon,
} from '../../files/owned-files.ts';
import { SeriesWriter } from '../../files/series-writer.ts';
import { splitAllLines } from '../../files/split-lines.ts';
import { readLetter, type StoredDeadLetter, writeLetter } from './dead-letter-line.ts';

export interface DeadLetterOptions {
  /** The state folder. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log?: Logger;
  readonly openFile?: OpenFile;
  /** Aborts when nobody can wait any longer: what the disk refuses is then rejected. */
  readonly giveUp?: AbortSignal;
}

const rotateBytes = 64 * 1024 * 1024;
const unfinished = '.partial';

const lettersIn = (stateFolder: string) => join(stateFolder, 'dead-letters');

export async function openDeadLetters(options: DeadLetterOptions): Promise<FileDeadLetters> {
  const folder = lettersIn(options.folder);
  createOwnedFolder(folder);
  for (const name of await readdir(folder)) if (name.endsWith(unfinished)) await unlink(join(folder, name));
  return new FileDeadLetters(folder, options);
}

export class FileDeadLetters implements DeadLetters {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #writer: SeriesWriter;
  readonly #closing = new AbortController();
  readonly #never = new AbortController().signal;
  #streams = 0;

  constructor(folder: string, { clock, log, openFile = openOwnedFile, giveUp }: DeadLetterOptions) {
    this.#folder = folder;
    this.#clock = clock;
    const now = () => clock.now();
    const rotation = { rotateBytes, rotateIntervalMs: Number.POSITIVE_INFINITY };
    // A new file at every start: the files of earlier runs can be replayed and put away as a whole.
    const restoreFolder = () => createOwnedFolder(folder);
    const parts = { folder, ...rotation, now, openFile, restoreFolder };
    const series = new FileSeries('dead-letters', undefined, parts);
    const { signal } = this.#closing;
    const closing = giveUp ? AbortSignal.any([signal, giveUp]) : signal;
    const recoveryHint = 'for letters that are still needed: m365 replay window';
    const onHealth = () => undefined;
    this.#writer = new SeriesWriter(series, { folder, clock, log, recoveryHint, onHealth, closing });
  }

  async append(letters: readonly DeadLetter[]): Promise<void> {
    if (letters.length === 0) return;
    await this.#write(letters.map((letter) => writeLetter(letter, this.#time(), undefined)));
  }

  async stream(origin: Origin): Promise<DeadLetterStream> {
    this.#streams += 1;
    const name = `${formatTimestamp(this.#clock.now())}-${process.pid}-${this.#streams}.raw`;
    const path = join(this.#folder, name);
    createOwnedFolder(this.#folder);
    // The write goes to the end of the file, so that a cut shows in its length.
    const handle = await open(path + unfinished, 'ax', 0o600);
    let bytes = 0;
    return {
      write: async (chunk) => {
        await handle.writeFile(chunk);
        bytes += chunk.length;
      },
      finish: async (reason) => {
        try {
          await handle.datasync();
          await refuseChanged(path + unfinished, await handle.stat({ bigint: true }), bytes);
        } finally {
          await handle.close();
        }
        await rename(path + unfinished, path);
        await syncFolderSoon(this.#folder);
        await this.#write([writeLetter(oversize(origin, reason), this.#time(), name)]);
      },
      abandon: async () => {
        await handle.close();
        await rm(path + unfinished, { force: true });
      },
    };
  }

  async close(): Promise<void> {
    this.#closing.abort(closedError(this.#folder));
    await this.#writer.close();
  }

  async #write(lines: readonly string[]): Promise<void> {
    this.#closing.signal.throwIfAborted();
    await this.#writer.write(Buffer.from(lines.join('')), this.#never);
  }

  #time(): string {
    return isoTime(this.#clock.now());
  }
}

/** Files of letters that were not put away, oldest first. Throws an OperatorError where the folders cannot be read. */
export function listLetterFiles(stateFolder: string): string[] {
  requireFolder(stateFolder, 'state folder');
  const folder = lettersIn(stateFolder);
  if (!existsSync(folder)) return [];
  requireFolder(folder, 'folder of dead letters');
  return readdirSync(folder)
    .filter((entry) => entry.endsWith('.ndjson'))
    .sort()
    .map((name) => join(folder, name));
}

/** All letters of a state folder that were not put away. */
export async function* readDeadLetters(stateFolder: string): AsyncIterable<StoredDeadLetter> {
  for (const file of listLetterFiles(stateFolder))
    for await (const { letter } of readLetterFile(file)) if (letter) yield letter;
}

export interface LetterLine {
  /** The number of the line, from 1. */
  readonly line: number;
  readonly bytes: Buffer;
  /** Undefined for a line that is damaged. */
  readonly letter: StoredDeadLetter | undefined;
}

/** A line torn by a crash at the end is left out: its record was never acknowledged. */
export async function* readLetterFile(file: string): AsyncIterable<LetterLine> {
  requireReadable(file);
  let line = 0;
  for await (const { bytes, isEnded } of splitAllLines(createReadStream(file))) {
    line += 1;
    const letter = readLetter(bytes, { file, line });
    if (letter || isEnded) yield { line, bytes, letter };
  }
}

/** Moves files whose letters were all replayed, and the raw files they named, to `replayed/`. */
export async function putAwayReplayed(paths: Iterable<string>): Promise<void> {
  for (const path of new Set(paths)) {
    const target = join(dirname(path), 'replayed');
    await mkdir(target, { recursive: true, mode: 0o700 });
    await rename(path, join(target, basename(path)));
  }
}

function oversize(origin: Origin, reason: string): DeadLetter {
  return {
    origin,
    id: undefined,
    dataStream: undefined,
    type: 'record_too_large',
    reason,
    record: '',
    document: undefined,
  };
}

/** A letter says that the bytes are there. */
async function refuseChanged(path: string, own: BigIntStats, bytes: number): Promise<void> {
  if (isSameFile(own, await statPath(path)) && Number(own.size) === bytes) return;
  throw new OperatorError({
    code: 'dead-letter-changed',
    message: `The file ${path} was deleted, replaced or cut while a record was written to it.`,
    advice: 'The record is fetched again by itself; leave files that end in .partial alone.',
    retry: { kind: 'later' },
  });
}

function closedError(folder: string): OperatorError {
  return new OperatorError({
    code: 'dead-letters-closed',
    message: `The dead letters in ${folder} are closed.`,
    advice: 'What was not acknowledged is collected again after the next start.',
    retry: { kind: 'never' },
  });
}
