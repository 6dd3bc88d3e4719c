// The words of a fault plan: the requests that are hit, how often, and what happens to them. README.md has an example of
// each. The kinds here are those that work with every API; an API adds its own.

import type { HostileKind } from './hostile.ts';

/** A fault of any kind, one of an API's own included. */
export interface NamedFault {
  readonly kind: string;
}

export interface PlanEntry<F extends NamedFault = NamedFault> {
  /** The requests that may be hit; what is left out matches everything. */
  readonly match?: FaultMatch;
  /** The number of times that it is played at most; absent is for ever. */
  readonly times?: number;
  /** Milliseconds, on the emulator's clock, for which it is played after the plan was given. */
  readonly forMs?: number;
  readonly fault: F;
}

/** An entry of the plan, with how often it matched a request and was played. */
export type PlayedFault = PlanEntry & { readonly matched: number; readonly fired: number };

export interface FaultMatch {
  /** An operation of an API, or several. */
  readonly operation?: string | readonly string[];
  /** A regular expression on path and query. */
  readonly path?: string;
  readonly method?: string;
  /** The tenant, GUID or domain, as it stands in the address. */
  readonly tenant?: string;
  readonly contentType?: string;
  readonly contentId?: string;
  /** The number of the request, or several, among those that the rest of this match takes; the first is 1. */
  readonly nth?: number | readonly number[];
  /** A number n that takes every n-th of them. */
  readonly every?: number;
  /** The number of the request, or several, among those for the same path; the first is 1. */
  readonly attempt?: number | readonly number[];
  /** The share of them, between 0 and 1, drawn from `seed`. */
  readonly rate?: number;
  readonly seed?: number;
}

/** The JSON schema of each property of each kind; a property whose name ends in `!` must be there. */
export type FaultSchemas = Readonly<Record<string, Readonly<Record<string, object>>>>;

type Moment = 'before-headers' | 'after-headers' | 'in-body';

/** A fault that works with every API. Sizes are in bytes before compression, times in milliseconds. */
export type SharedFault =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly body?: string;
      readonly headers?: Record<string, string>;
    }
  | { readonly kind: 'aadsts'; readonly code: number; readonly status?: number; readonly message?: string }
  | { readonly kind: 'not-json'; readonly status?: number; readonly body?: string }
  | { readonly kind: 'empty'; readonly status?: number }
  | { readonly kind: 'expired-token' }
  | { readonly kind: 'redirect'; readonly location?: string; readonly status?: number }
  | { readonly kind: 'reset'; readonly when: Moment; readonly bytes?: number }
  | { readonly kind: 'hang'; readonly when: Moment; readonly bytes?: number; readonly ms?: number }
  | { readonly kind: 'truncate'; readonly bytes: number; readonly declares: 'more' | 'what-comes' }
  | { readonly kind: 'trickle'; readonly bytes: number; readonly everyMs: number }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'clock-skew'; readonly ms: number }
  | { readonly kind: 'huge'; readonly bytes: number; readonly of?: 'records' | 'whitespace' | 'one-record' }
  | { readonly kind: 'hostile'; readonly records: readonly HostileKind[] };

export type SharedFaultKind = SharedFault['kind'];
