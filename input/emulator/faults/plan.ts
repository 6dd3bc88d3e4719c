// The words of a fault plan: which requests are hit, how often, and what happens to them. README.md has an example of each.

import type { Operation } from '../routes.ts';
import type { HostileKind } from './hostile.ts';

export interface FaultEntry {
  /** What is left out matches everything. */
  readonly match?: FaultMatch;
  /** How often at most; absent is for ever. */
  readonly times?: number;
  /** For how long after the plan was given, on the emulator's clock. */
  readonly forMs?: number;
  readonly fault: Fault;
}

export interface FaultMatch {
  readonly operation?: Operation | readonly Operation[];
  /** A regular expression on path and query. */
  readonly path?: string;
  readonly method?: string;
  /** GUID or domain, as in the address. */
  readonly tenant?: string;
  readonly contentType?: string;
  readonly contentId?: string;
  /** The first, second, … request that the rest of this match takes; or several. */
  readonly nth?: number | readonly number[];
  /** Every second, third, … of them. */
  readonly every?: number;
  /** The first, second, … request for the same path. */
  readonly attempt?: number | readonly number[];
  /** This share of them, drawn from `seed`. */
  readonly rate?: number;
  readonly seed?: number;
}

type Moment = 'before-headers' | 'after-headers' | 'in-body';

export type Fault =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly body?: string;
      readonly headers?: Record<string, string>;
    }
  | {
      readonly kind: 'af';
      readonly code: string;
      readonly status?: number;
      readonly message?: string;
      readonly singleQuoted?: boolean;
      /** Seconds, or an HTTP date. */
      readonly retryAfter?: number | string;
    }
  | { readonly kind: 'aadsts'; readonly code: number; readonly status?: number; readonly message?: string }
  | { readonly kind: 'not-json'; readonly status?: number; readonly body?: string }
  | { readonly kind: 'error-map'; readonly code?: string; readonly status?: number }
  | { readonly kind: 'empty'; readonly status?: number }
  | { readonly kind: 'auditing-off' }
  | { readonly kind: 'expired-token' }
  | { readonly kind: 'redirect'; readonly location?: string; readonly status?: number }
  | { readonly kind: 'reset'; readonly when: Moment; readonly bytes?: number }
  | { readonly kind: 'hang'; readonly when: Moment; readonly bytes?: number; readonly ms?: number }
  | { readonly kind: 'truncate'; readonly bytes: number; readonly declares: 'more' | 'what-comes' }
  | { readonly kind: 'trickle'; readonly bytes: number; readonly everyMs: number }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'clock-skew'; readonly ms: number }
  | { readonly kind: 'next-page-header'; readonly name: string }
  | { readonly kind: 'foreign-host'; readonly in: 'next-page' | 'content-uri'; readonly url?: string }
  | { readonly kind: 'huge'; readonly bytes: number; readonly of?: 'records' | 'whitespace' | 'one-record' }
  | { readonly kind: 'hostile'; readonly records: readonly HostileKind[] };

export type FaultKind = Fault['kind'];
