// Pages of a listing, which are told by a token in the address of the next one. What a listing has is fixed when its first
// page is asked for; the token is good for a while.

import { randomUUID } from 'node:crypto';
import type { GraphEntry } from './log.ts';

interface Listing {
  readonly entries: readonly GraphEntry[];
  readonly madeAt: number;
}

export class Pages {
  private readonly listings = new Map<string, Listing>();
  private readonly lifetimeMs: number;

  constructor(lifetimeMs: number) {
    this.lifetimeMs = lifetimeMs;
  }

  begin(entries: readonly GraphEntry[], now: number): string {
    for (const [token, { madeAt }] of this.listings)
      if (now - madeAt > this.lifetimeMs) this.listings.delete(token);
    const token = randomUUID();
    this.listings.set(token, { entries, madeAt: now });
    return token;
  }

  /** Undefined where the token is no longer good, or never was. */
  read(token: string, now: number): readonly GraphEntry[] | undefined {
    const listing = this.listings.get(token);
    return listing && now - listing.madeAt <= this.lifetimeMs ? listing.entries : undefined;
  }
}
