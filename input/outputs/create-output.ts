// Creates the output that an entry of a policy describes.

import type { Clock } from '../contract/clock.ts';
import type { Logger } from '../contract/logger.ts';
import type { Output } from '../contract/output.ts';
import type { DeliveryLedger, State } from '../contract/state.ts';
import type { Telemetry } from '../contract/telemetry.ts';
import { consoleOutput } from './console/console-output.ts';
import { elasticsearchOutput } from './elasticsearch/elasticsearch-output.ts';
import { fileOutput } from './file/file-output.ts';
import type { OutputPolicy } from './output-policy.ts';

export interface OutputParts {
  readonly clock: Clock;
  readonly random: () => number;
  readonly ledger: DeliveryLedger;
  readonly rememberedSince: State['rememberedSince'];
  readonly log: Logger;
  readonly telemetry: Telemetry;
  /** False in a run that collects once: its writes are rejected when an output takes nothing for long. */
  readonly mayWait?: boolean;
  /** True where an Elasticsearch may be looked at with the key for reading; collecting never does. */
  readonly looksWithReadingKey?: boolean;
  /** Called when the reader of the console output has gone, as `head` does. */
  readonly onReaderGone?: () => void;
}

export function createOutput(policy: OutputPolicy, parts: OutputParts): Output {
  switch (policy.type) {
    case 'elasticsearch':
      return elasticsearchOutput(policy.options, parts);
    case 'file':
      return fileOutput(policy.options, {
        ...parts,
        onHealth: (health, message) => reportOutput(parts, policy, health, message),
      });
    case 'console':
      return consoleOutput(parts);
  }
}

function reportOutput(
  parts: OutputParts,
  policy: OutputPolicy,
  health: 'healthy' | 'degraded',
  message: string,
): void {
  parts.telemetry.report({ kind: 'output', name: policy.name }, { health, message });
}
