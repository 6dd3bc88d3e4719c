// The emulator's own time: the given clock, moved forward by whoever tests with it, or standing still.

import type { Clock } from '../contract/clock.ts';

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

export class EmulatorTime {
  private readonly clock: Pick<Clock, 'now'>;
  private offset = 0;
  private standing: number | undefined;

  constructor(clock: Pick<Clock, 'now'>) {
    this.clock = clock;
  }

  now(): number {
    return this.standing ?? this.clock.now() + this.offset;
  }

  advance(ms: number): void {
    if (this.standing === undefined) this.offset += ms;
    else this.standing += ms;
  }

  set(now: number): void {
    this.advance(now - this.now());
  }

  freeze(frozen: boolean): void {
    const now = this.now();
    this.standing = frozen ? now : undefined;
    this.offset = now - this.clock.now();
  }

  get frozen(): boolean {
    return this.standing !== undefined;
  }
}

/** As the API writes the times of content: `2026-11-20T08:15:02.345Z`. */
export const isoTime = (ms: number): string => new Date(ms).toISOString();

/** As records write their CreationTime: seconds, no zone. */
export const zonelessTime = (ms: number): string => new Date(ms).toISOString().slice(0, 19);
