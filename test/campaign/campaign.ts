// A campaign is a long proof under faults: it takes minutes, prints its seed and figures, and reports every record that
// is missing, doubled or unknown.

import type { Difference } from '../end-to-end/harness.ts';

export interface CampaignOptions {
  readonly seed: number;
  /** The number of times that the collector is killed, or told to run something else. */
  readonly rounds: number;
}

export interface CampaignResult extends Difference {
  /** Figures to compare runs by, such as `12,000 records`. */
  readonly figures: readonly string[];
  /** The exit code of the last run, which is not killed. */
  readonly code: number | null;
  /** The output of that run, where it did not end well. */
  readonly printed: string;
}

export interface Campaign {
  readonly about: string;
  readonly rounds: { readonly long: number; readonly short: number };
  /** The reason why it cannot run here; undefined where it can. */
  readonly missing?: string | undefined;
  run(options: CampaignOptions): Promise<CampaignResult>;
}

export function isWell({ code, missing, doubled, unknown }: CampaignResult): boolean {
  return code === 0 && missing.length === 0 && doubled.length === 0 && unknown.length === 0;
}
