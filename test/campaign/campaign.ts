// A long proof under faults: it takes minutes, prints its seed and figures, and finds something amiss or nothing.

import type { Difference } from '../end-to-end/harness.ts';

export interface CampaignOptions {
  readonly seed: number;
  /** How often the collector is killed. */
  readonly kills: number;
}

export interface CampaignResult extends Difference {
  /** What was done and seen, for whoever compares runs: `12,000 records`. */
  readonly figures: readonly string[];
  /** The exit code of the last run, which is not killed. */
  readonly code: number | null;
  /** What that run printed, where it did not end well. */
  readonly printed: string;
}

export interface Campaign {
  readonly about: string;
  readonly kills: { readonly long: number; readonly short: number };
  /** Why it cannot run here; undefined where it can. */
  readonly missing?: string | undefined;
  run(options: CampaignOptions): Promise<CampaignResult>;
}

export function isWell({ code, missing, doubled, unknown }: CampaignResult): boolean {
  return code === 0 && missing.length === 0 && doubled.length === 0 && unknown.length === 0;
}
