// Writes the status board to `status.json` in the state folder. The file is replaced as a whole and readable by its
// owner only; other programs may watch it, and the next start learns from it how often content used to arrive.

import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../contract/clock.ts';
import { describeError } from '../../contract/errors.ts';
import type { Logger } from '../../contract/logger.ts';
import { createOwnedFolder } from '../../files/owned-files.ts';
import type { ComponentTotals, StatusTotals } from './running-totals.ts';
import type { FeedHabits, StatusBoard } from './status-board.ts';
import { statusText } from './status-text.ts';

export interface StatusFile {
  /** Writes once more and ends. */
  close(): Promise<void>;
}

interface StatusFileOptions {
  readonly folder: string;
  readonly board: StatusBoard;
  readonly clock: Clock;
  readonly log: Logger;
  readonly everyMs?: number;
}

/** Restores the board from an earlier file, then writes it every few seconds. A full disk is logged, once. */
export async function keepStatusFile({
  folder,
  board,
  clock,
  log,
  everyMs = 5000,
}: StatusFileOptions): Promise<StatusFile> {
  createOwnedFolder(folder);
  const file = join(folder, 'status.json');
  const left = await readStatus(file);
  board.restore(habitsOf(left), totalsOf(left));
  let failing = false;
  const write = async () => {
    try {
      await replaceFile(file, statusText(board.pieces()));
      failing = false;
    } catch (error) {
      if (!failing) log.warn({}, `The status file ${file} cannot be written: ${describeError(error)}`);
      failing = true;
    }
  };
  const ending = new AbortController();
  const running = writeRegularly(write, clock, everyMs, ending.signal);
  return {
    async close() {
      ending.abort();
      await running;
      await write();
    },
  };
}

async function writeRegularly(
  write: () => Promise<void>,
  clock: Clock,
  everyMs: number,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await write();
    await clock.sleep(everyMs, signal).catch(() => undefined);
  }
}

async function replaceFile(file: string, text: Iterable<string>): Promise<void> {
  const next = `${file}.next`;
  await writeFile(next, text, { mode: 0o600 });
  await rename(next, file);
}

/** Reads what an earlier process left; empty where there is no file, or it is not ours. */
async function readStatus(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return undefined;
  }
}

const habitsOf = (status: unknown): readonly FeedHabits[] =>
  [...listOf(status, 'components'), ...listOf(status, 'remembered')].filter(isHabits);

function totalsOf(status: unknown): StatusTotals | undefined {
  if (typeof status !== 'object' || status === null || !('totals' in status)) return undefined;
  const { totals } = status;
  if (typeof totals !== 'object' || totals === null || !('ledger' in totals) || !('since' in totals))
    return undefined;
  const { ledger, since } = totals;
  if (typeof ledger !== 'string' || typeof since !== 'string' || Number.isNaN(Date.parse(since)))
    return undefined;
  return { ledger, since, components: listOf(totals, 'components').filter(isTotal) };
}

function isTotal(value: unknown): value is ComponentTotals {
  if (typeof value !== 'object' || value === null || !('kind' in value) || !('counters' in value))
    return false;
  const { kind, counters } = value;
  if (typeof kind !== 'string' || typeof counters !== 'object' || counters === null) return false;
  return Object.values(counters).every((count) => typeof count === 'number');
}

function listOf(status: unknown, name: string): readonly unknown[] {
  if (typeof status !== 'object' || status === null) return [];
  const list = Object.entries(status).find(([key]) => key === name)?.[1];
  return Array.isArray(list) ? list : [];
}

function isHabits(value: unknown): value is FeedHabits {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  if (typeof value.kind !== 'string') return false;
  if (!('arrivals' in value)) return true;
  const { arrivals } = value;
  return (
    typeof arrivals === 'object' &&
    arrivals !== null &&
    'seen' in arrivals &&
    typeof arrivals.seen === 'number' &&
    'longest_pause_ms' in arrivals &&
    typeof arrivals.longest_pause_ms === 'object' &&
    arrivals.longest_pause_ms !== null &&
    Object.values(arrivals.longest_pause_ms).every((pause) => typeof pause === 'number')
  );
}
