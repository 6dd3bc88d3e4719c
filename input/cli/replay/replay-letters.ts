// The command `m365 replay dead-letters`: it delivers again the records that an output refused, or that were too large.

import { readFile } from 'node:fs/promises';
import { parseObject } from '../../../pipelines/parse-record.ts';
import type { BatchCounts } from '../../contract/batch-counts.ts';
import { keyOf } from '../../contract/component.ts';
import { type Feed, type Origin, sameFeed } from '../../contract/feed.ts';
import { recordsOf } from '../../contract/records.ts';
import type { Batch, Source } from '../../contract/source.ts';
import { statPath } from '../../files/file-change.ts';
import type { Policy, StreamPolicy } from '../../settings/policy/policy.ts';
import type { StoredDeadLetter } from '../../state/dead-letters/dead-letter-line.ts';
import { listLetterFiles, readLetterFile } from '../../state/dead-letters/dead-letters.ts';
import { loadCollectedPolicy, type PolicyFlags } from '../policy-flag.ts';
import { printText } from '../terminal/terminal.ts';
import { putAwayLines } from './letter-files.ts';
import { openReplay, type Replay } from './open-replay.ts';

export interface LetterFlags extends PolicyFlags {
  readonly dryRun?: boolean;
}

/** The facts known of a file of letters before it is replayed. */
interface LetterFile {
  readonly file: string;
  /** The number of lines, with those that are damaged. */
  lines: number;
  /** Numbers of the lines that cannot be read. */
  readonly damaged: number[];
  /** The feeds that the letters belong to, each by its key. */
  readonly feeds: Map<string, Feed>;
}

/** True when no letter is left. */
export async function replayLetters(flags: LetterFlags): Promise<boolean> {
  const policy = await loadCollectedPolicy(flags);
  const { files, kinds } = await lookThrough(policy.process.stateFolder);
  if (files.length === 0) printText('There are no dead letters.');
  else for (const [kind, count] of kinds) printText(`${String(count).padStart(7)}  ${kind}`);
  for (const { file, damaged } of files)
    if (damaged.length > 0)
      printText(`${file}: damaged and not replayed, but kept: line ${damaged.join(', ')}.`);
  if (files.length === 0 || flags.dryRun) return files.length === 0;
  await using session = await openReplay(policy, policy.streams);
  let left = 0;
  for (const file of files) left += await replayFile(policy, session, file);
  if (left > 0) printText(`${left} letters stay in the dead letters.`);
  return left === 0;
}

async function lookThrough(stateFolder: string) {
  const files: LetterFile[] = [];
  const kinds = new Map<string, number>();
  for (const file of listLetterFiles(stateFolder)) {
    const known: LetterFile = { file, lines: 0, damaged: [], feeds: new Map() };
    for await (const { line, letter } of readLetterFile(file)) {
      known.lines += 1;
      if (letter === undefined) known.damaged.push(line);
      else noteLetter(letter, known, kinds);
    }
    if (known.lines > 0) files.push(known);
  }
  return { files, kinds };
}

function noteLetter(
  { origin, type, reason }: StoredDeadLetter,
  file: LetterFile,
  kinds: Map<string, number>,
): void {
  file.feeds.set(keyOf(origin.feed), origin.feed);
  const kind = `${origin.feed.name}: ${type}: ${reason}`;
  kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
}

/** Returns how many letters stay: of tenants not in the policy, still too large, refused again, or interrupted. */
async function replayFile(policy: Policy, session: Replay, letters: LetterFile): Promise<number> {
  const done = new Set<number>();
  const rawFiles: string[] = [];
  let refusedAgain = 0;
  const owners = await findOwners(policy, [...letters.feeds.values()], session.signals.stop);
  for (const { stream, tenantId, feeds } of owners) {
    if (!stream) {
      printText(`${tenantId}: no stream of the policy is this tenant.`);
      continue;
    }
    const source = letterSource(letters.file, stream, feeds, async (settled, counts) => {
      for (const { line, rawFile } of settled) {
        done.add(line);
        if (rawFile !== undefined) rawFiles.push(rawFile);
      }
      // All of one content.
      const [first] = settled;
      if (first) await session.work.noteReplayed(first.origin.feed, first.origin.position, counts);
    });
    const { delivered, duplicate, deadLettered, filtered } = await session.deliver(stream, () => source, {
      again: true,
    });
    printText(
      `${tenantId}: ${delivered} delivered, ${duplicate} were there already, ${deadLettered} refused again${filtered ? `, ${filtered} left out by the policy` : ''}.`,
    );
    refusedAgain += deadLettered;
  }
  await putAwayLines(letters.file, done, rawFiles, letters.lines);
  return letters.lines - done.size + refusedAgain;
}

interface Owner {
  /** Undefined where no stream is of that tenant. */
  readonly stream: StreamPolicy | undefined;
  readonly tenantId: string;
  readonly feeds: Feed[];
}

/** Letters go where the records of their feed go. */
async function findOwners(policy: Policy, feeds: readonly Feed[], signal: AbortSignal): Promise<Owner[]> {
  const owners: Owner[] = [];
  for (const feed of feeds) {
    const stream = await findStream(policy, feed, signal);
    const known = owners.find((each) => each.stream === stream && each.tenantId === feed.tenant);
    if (known) known.feeds.push(feed);
    else owners.push({ stream, tenantId: feed.tenant, feeds: [feed] });
  }
  return owners;
}

/** The stream that collects the feed; else one of the same tenant, since what is collected may have changed. */
async function findStream(
  { streams }: Policy,
  { tenant, source: kind, name }: Feed,
  signal: AbortSignal,
): Promise<StreamPolicy | undefined> {
  const own = streams.filter(({ source }) => source.tenantId === tenant);
  if (own.length === 0)
    for (const stream of streams.filter(({ source }) => source.tenantId.includes('.')))
      if ((await stream.source.findTenant(signal)) === tenant) own.push(stream);
  const ofKind = own.filter(({ source }) => source.kind === kind);
  return ofKind.find(({ source }) => source.feeds.includes(name)) ?? ofKind[0] ?? own[0];
}

type Settled = (letters: readonly StoredDeadLetter[], counts: BatchCounts) => Promise<void>;

/** One batch at a time: letters are few, and a file is put away only when all of its letters were dealt with. */
function letterSource(
  file: string,
  stream: StreamPolicy,
  feeds: readonly Feed[],
  onSettled: Settled,
): Source {
  return {
    async *batches(signal) {
      const aborted = new Promise<void>((resolve) =>
        signal.addEventListener('abort', () => resolve(), { once: true }),
      );
      for await (const letters of gather(file, stream, feeds)) {
        if (signal.aborted) return;
        const { promise, resolve } = Promise.withResolvers<void>();
        yield toBatch(letters, async (counts) => {
          await onSettled(letters, counts);
          resolve();
        });
        await Promise.race([promise, aborted]);
      }
    },
  };
}

const mostLetters = 500;
const mostBytes = 1024 * 1024;

/** Neighbours that came from the same content. */
async function* gather(
  file: string,
  stream: StreamPolicy,
  feeds: readonly Feed[],
): AsyncGenerator<StoredDeadLetter[]> {
  const keys = new Set(feeds.map(keyOf));
  let waiting: StoredDeadLetter[] = [];
  let bytes = 0;
  for await (const { letter } of readLetterFile(file)) {
    if (letter === undefined || !keys.has(keyOf(letter.origin.feed))) continue;
    const whole = await withRecord(letter, stream.source.maximumRecordBytes);
    if (!whole) continue;
    const other = waiting[0] && !sameContent(waiting[0].origin, whole.origin);
    if (other || waiting.length === mostLetters || bytes > mostBytes) {
      yield waiting;
      waiting = [];
      bytes = 0;
    }
    waiting.push(whole);
    bytes += whole.record.length;
  }
  if (waiting.length > 0) yield waiting;
}

/** A record that was too large has its bytes beside the letter; it is taken once the setting allows it. */
async function withRecord(
  letter: StoredDeadLetter,
  maximumBytes: number,
): Promise<StoredDeadLetter | undefined> {
  if (letter.rawFile === undefined) return letter;
  const size = (await statPath(letter.rawFile))?.size;
  if (size === undefined) {
    printText(`A letter stays: the bytes of its record are no longer there (${letter.rawFile}).`);
    return undefined;
  }
  if (size > maximumBytes) {
    printText(`A record of ${size} bytes stays: maximum_record_size is ${maximumBytes} bytes.`);
    return undefined;
  }
  const record = await readFile(letter.rawFile, 'utf8');
  if (parseObject(record).problem !== undefined) {
    printText(
      `A letter stays: the bytes of its record are damaged (${letter.rawFile}). m365 replay window fetches the record again.`,
    );
    return undefined;
  }
  return { ...letter, record };
}

function sameContent(a: Origin, b: Origin): boolean {
  return a.position === b.position && sameFeed(a.feed, b.feed);
}

function toBatch(letters: readonly StoredDeadLetter[], settle: Batch['settle']): Batch {
  const [first] = letters;
  if (!first) throw new RangeError('a batch has at least one letter');
  const records = recordsOf(letters.map(({ record }) => record));
  // An earlier replay may have delivered some and have been stopped before it could say so.
  return { origin: first.origin, records, uncertain: true, mayBeOfOthers: true, settle };
}
