// The emulator's clock: the given clock, moved forward by whoever tests with it, or standing still. Beside it stand the
// forms in which Microsoft writes times.

import type { Clock } from '../contract/clock.ts';

export class EmulatorTime {
  private readonly clock: Pick<Clock, 'now'>;
  private offset = 0;
  private standing: number | undefined;

  constructor(clock: Pick<Clock, 'now'>) {
    this.clock = clock;
  }

  /** Returns milliseconds since the epoch. */
  now(): number {
    return this.standing ?? this.clock.now() + this.offset;
  }

  /** Moves the clock by so many milliseconds, forward when positive. */
  advance(ms: number): void {
    if (this.standing === undefined) this.offset += ms;
    else this.standing += ms;
  }

  /** Sets the clock to milliseconds since the epoch. */
  set(now: number): void {
    this.advance(now - this.now());
  }

  /** Makes time stand still, or lets it go on from where it stands. */
  freeze(frozen: boolean): void {
    const now = this.now();
    this.standing = frozen ? now : undefined;
    this.offset = now - this.clock.now();
  }

  get frozen(): boolean {
    return this.standing !== undefined;
  }
}

/** Writes a time to the second and without a zone, as records write their CreationTime: `2026-11-20T08:15:02`. */
export const formatZonelessTime = (ms: number): string => new Date(ms).toISOString().slice(0, 19);
