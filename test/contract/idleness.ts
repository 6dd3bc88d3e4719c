// Tells when nothing in this process can go on by itself: every request was answered or has come to a stop, no file is
// being read or written, and nothing waits for its turn. It counts what happens, not how long it takes, so that a slow
// machine changes nothing.

import { channel, subscribe } from 'node:diagnostics_channel';
import { stat } from 'node:fs/promises';
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';

/** As many as Node's pool has threads: a job that is handed over after them all has waited for those before it. */
const poolThreads = 4;
const quietRounds = 3;
/** Rounds without a sign of life, with a real pause in each, after which a request is taken for one that hangs. */
const roundsUntilHung = 40;
const pauseMs = 5;

const progress = ['create', 'bodySent', 'headers', 'bodyChunkReceived'] as const;
const endings = ['trailers', 'error'] as const;

/** The HTTP requests of this process, whichever copy of undici makes them. */
class Requests {
  /** Grows with everything that is heard of a request. */
  events = 0;
  readonly #pending = new Set<object>();
  readonly #hung = new Set<object>();

  constructor() {
    for (const name of progress) this.#listen(name, (request) => this.#pending.add(request));
    for (const name of endings) this.#listen(name, (request) => this.#pending.delete(request));
  }

  get arePending(): boolean {
    return this.#pending.size > this.#hung.size;
  }

  /** From now on those that are open are waited for no longer, until something is heard of them. */
  giveUpWaiting(): void {
    for (const request of this.#pending) this.#hung.add(request);
  }

  #listen(name: string, change: (request: object) => void): void {
    subscribe(channel(`undici:request:${name}`).name, (message) => {
      if (typeof message !== 'object' || message === null || !('request' in message)) return;
      const { request } = message;
      if (typeof request !== 'object' || request === null) return;
      this.events += 1;
      this.#hung.delete(request);
      change(request);
    });
  }
}

const requests = new Requests();

/** Operations of the process that end by themselves; sockets and timers that merely are there do not count. */
const passing = /^(FSReq|GetAddrInfo|GetNameInfo|Immediate|TCPConnect|Write|Shutdown)/;

const isAtWork = (): boolean => process.getActiveResourcesInfo().some((name) => passing.test(name));

/** Resolves when nothing goes on in this process any more. */
export async function untilIdle(): Promise<void> {
  let silent = 0;
  for (let quiet = 0; quiet < quietRounds; ) {
    const before = requests.events;
    await letEverythingRun();
    const isSilent = requests.events === before && !isAtWork();
    quiet = isSilent && !requests.arePending ? quiet + 1 : 0;
    silent = isSilent ? silent + 1 : 0;
    if (quiet === 0) await (silent > quietRounds ? delay(pauseMs) : nextTurn());
    if (silent >= roundsUntilHung) requests.giveUpWaiting();
  }
}

async function letEverythingRun(): Promise<void> {
  await Promise.all(Array.from({ length: poolThreads }, () => stat('.')));
  await nextTurn();
  await nextTurn();
}
