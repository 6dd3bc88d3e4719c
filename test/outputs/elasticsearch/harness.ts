// The harness of the output's tests: documents, a log that is kept, and an output with short waits.

import { systemClock } from '../../../input/contract/clock.ts';
import type { Logger } from '../../../input/contract/logger.ts';
import type { OutputDocument } from '../../../input/contract/output.ts';
import type { Report } from '../../../input/contract/telemetry.ts';
import { dayMs } from '../../../input/contract/time.ts';
import type { ElasticsearchOptions } from '../../../input/outputs/elasticsearch/connect/options.ts';
import {
  type ElasticsearchEnvironment,
  elasticsearchOutput,
} from '../../../input/outputs/elasticsearch/elasticsearch-output.ts';

export const never = new AbortController().signal;

export function makeDocuments(
  dataStream: string,
  ids: readonly string[],
  fields: object = {},
): OutputDocument[] {
  return ids.map((id) => ({
    id,
    dataStream,
    body: Buffer.from(JSON.stringify({ '@timestamp': '2026-01-02T03:04:05Z', event: { id }, ...fields })),
  }));
}

export function numberedIds(count: number, prefix = 'id'): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${String(index).padStart(6, '0')}`);
}

export interface LogLine {
  readonly level: string;
  readonly message: string;
}

function keepLog(): Logger & { readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  const at = (level: string) => (_fields: object, message: string) => void lines.push({ level, message });
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

export function makeOutput(
  options: Partial<ElasticsearchOptions> & { hosts: readonly string[] },
  environment: Partial<ElasticsearchEnvironment> = {},
) {
  const log = keepLog();
  const reports: Report[] = [];
  const output = elasticsearchOutput(
    { flushIntervalMs: 20, backoffFirstMs: 10, backoffMostMs: 100, proxyDisable: true, ...options },
    {
      clock: systemClock,
      random: () => 0.5,
      log,
      rememberedSince: (now) => now - 8 * dayMs,
      telemetry: { report: (_scope, report) => void reports.push(report) },
      ...environment,
    },
  );
  return { output, log, reports };
}
