// Units are how a collector is told what to do while it runs: each has an id, and settings of its own that come, change and
// go. Elastic Agent speaks of units; a policy file comes to the same.

import type { OperatorError } from '../../contract/errors.ts';
import type { PolicyNode } from '../../options/settings-tree.ts';
import type { OutputPolicy } from '../../outputs/output-policy.ts';
import type { CompletenessPolicy, OutdatedInput, StreamPolicy } from '../policy/policy.ts';

export interface Unit {
  /** Unique among the units of its kind. Inputs name an output by it, in `use_output`. */
  readonly id: string;
  readonly kind: 'input' | 'output';
  /** The settings as under `outputs.<id>` of a policy, or as an entry of its `inputs`, which holds the streams. */
  readonly settings: PolicyNode;
}

/**
 * The outputs and streams that are to run. The same object stands for the same settings: whatever is another object is
 * begun anew.
 */
export interface Wanted {
  readonly outputs: readonly OutputPolicy[];
  readonly streams: readonly StreamPolicy[];
  readonly completeness: readonly CompletenessPolicy[];
  readonly outdated?: readonly OutdatedInput[] | undefined;
}

/** The outcome of reading a unit. */
export interface ReadUnit {
  readonly id: string;
  readonly kind: Unit['kind'];
  /**
   * The reason why its settings cannot be used. It goes on with what it had before; but where an output is now one for
   * other programs, such as Kafka, nothing is delivered to the one before it, and its inputs wait.
   */
  readonly error: OperatorError | undefined;
  /** The policy of a unit that is an output. */
  readonly output?: OutputPolicy | undefined;
  /** The streams of a unit that is an input. */
  readonly streams: readonly StreamPolicy[];
  readonly completeness: readonly CompletenessPolicy[];
  /** The inputs of it whose package is too old for what this program writes: itself, or none. */
  readonly outdated: readonly OutdatedInput[];
}
