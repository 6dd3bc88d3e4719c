// Takes a profile of this process: the functions that take its time, and those that take its memory. Both name functions
// alone; a snapshot of the heap would hold every secret.

import { Session } from 'node:inspector/promises';
import type { Clock } from '../../contract/clock.ts';

export interface Profiles {
  /** As JSON, to be opened in the developer tools of a browser. */
  readonly cpu: string;
  readonly heap: string;
}

const profiledMs = 5_000;

/** Two who ask at the same time get the same one. */
export class Profiler {
  readonly #clock: Clock;
  #running: Promise<Profiles> | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  take(): Promise<Profiles> {
    this.#running ??= this.#takeOne().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #takeOne(): Promise<Profiles> {
    const session = new Session();
    session.connect();
    try {
      await session.post('Profiler.enable');
      await session.post('HeapProfiler.enable');
      await session.post('HeapProfiler.startSampling');
      await session.post('Profiler.start');
      await this.#clock.sleep(profiledMs);
      const { profile: cpu } = await session.post('Profiler.stop');
      const { profile: heap } = await session.post('HeapProfiler.stopSampling');
      return { cpu: JSON.stringify(cpu), heap: JSON.stringify(heap) };
    } finally {
      session.disconnect();
    }
  }
}
