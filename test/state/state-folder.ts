// A ledger in a folder of its own, with a clock that tests set and the log lines it wrote.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../input/contract/clock.ts';
import type { Feed } from '../../input/contract/feed.ts';
import type { Logger } from '../../input/contract/logger.ts';
import type { Hold, Item } from '../../input/contract/state.ts';
import { openLedger, type SqliteLedger } from '../../input/state/sqlite/sqlite-ledger.ts';

export const scope: Feed = {
  tenant: '0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7',
  source: 'management-activity',
  name: 'Audit.Exchange',
};

/** How far back the source reaches. */
export const reachMs = 7 * 86_400_000;

export const noon = Date.parse('2026-03-01T12:00:00Z');
export const noonSeconds = noon / 1000;

/** Sleeping moves the time and lets everything else run. */
export function steppingClock(start = noon): Clock & { set(time: number): void } {
  let time = start;
  return {
    now: () => time,
    set: (to) => {
      time = to;
    },
    sleep: async (ms, signal) => {
      await nextTurn();
      signal?.throwIfAborted();
      time += ms;
    },
  };
}

export function recordingLog(): Logger & { readonly lines: string[] } {
  const lines: string[] = [];
  const at = (level: string) => (_: object, message: string) => {
    lines.push(`${level} ${message}`);
  };
  return { lines, debug: at('DEBUG'), info: at('INFO'), warn: at('WARN'), error: at('ERROR') };
}

export function temporaryFolder(): { path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), 'm365-test-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

export function openTestLedger(
  folder: string,
  log = recordingLog(),
  clock: Clock = steppingClock(),
): Promise<SqliteLedger> {
  return openLedger({ folder, clock, log, reachMs });
}

/** Numbers from a seed (mulberry32), so that a failure can be repeated. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export async function readAll<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Of what was never taken. */
export function hold(id: string, lease = 0): Hold {
  return { id, lease };
}

export function blob(id: string, createdAt = '2026-03-01T10:00:00.000Z'): Item {
  return {
    id,
    data: `https://manage.office.com/api/v1.0/${scope.tenant}/activity/feed/audit/${id}`,
    createdAt,
    expiresAt: '2026-03-08T10:00:00.000Z',
  };
}
