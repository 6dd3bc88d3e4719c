import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { CompletenessTally } from '../../input/completeness/tally.ts';
import type { Output, OutputDocument } from '../../input/contract/output.ts';
import { agentFields } from '../../input/documents/agent-fields.ts';
import type { OutputPolicy } from '../../input/outputs/output-policy.ts';
import { semaphoreOf } from '../../input/runtime/collector.ts';
import { CompletenessReports, type ReportedStream } from '../../input/runtime/completeness-reports.ts';
import type { OutputLease } from '../../input/runtime/held-outputs.ts';
import { openState } from '../../input/runtime/open-state.ts';
import { parsePolicy } from '../../input/settings/policy/load-policy.ts';
import { noon, recordingLog, steppingClock } from '../state/state-folder.ts';

const guid = '0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7';
const resolved = '1c2d3e4f-5061-4728-93a4-b5c6d7e8f901';

const policy = parsePolicy(
  `outputs: {default: {type: console}}
inputs:
  - type: m365
    streams:
      - {id: a, tenant_id: ${guid}, client_id: ${guid}, client_secret: value, content_types: [Audit.General]}
      - {id: b, tenant_id: contoso.com, tenant_name: Contoso, client_id: ${guid}, client_secret: value, content_types: [Audit.Exchange]}
      - {id: c, data_stream.dataset: m365.collection, interval: 1m}
`,
  'policy.yml',
  { environment: {} },
);

test('reports every tenant of its input, also those that are given by their domain', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'm365-completeness-'));
  const clock = { ...steppingClock(), sleep: (_: number, signal?: AbortSignal) => aborted(signal) };
  const log = recordingLog();
  const ledger = await openState({ folder, clock, log });
  const taken: OutputDocument[] = [];
  const output = {
    name: 'default',
    open: async () => {},
    close: async () => {},
    async write(documents: readonly OutputDocument[]) {
      taken.push(...documents);
      return { delivered: documents.length, duplicate: 0, possiblyDuplicate: 0, rejected: [] };
    },
  };
  const board = new CompletenessTally(clock.now);
  const held = new Map(policy.outputs.map((each) => [each.name, hold(each, output)]));
  const [a, b] = policy.streams;
  const streams = new Map<string, ReportedStream | undefined>([
    ['a', a && { policy: a, tenantId: undefined }],
    ['b', b && { policy: b, tenantId: resolved }],
  ]);
  const reports = new CompletenessReports({
    state: ledger,
    telemetry: board,
    clock,
    log,
    agent: agentFields({ id: 'ledger', version: '0.1.0', name: 'host', ephemeralId: 'run' }),
    ecsVersion: '9.4.0',
    lease: (name) => held.get(name),
    streamOf: (id) => streams.get(id),
  });
  reports.begin(policy.completeness ?? []);
  const scope = { tenant: resolved, source: 'management-activity', name: 'Audit.Exchange' };
  reports.telemetry.count(scope, 'records_delivered', 3);
  await reports.close();
  await ledger.close();
  rmSync(folder, { recursive: true, force: true });
  const told = taken.map(({ body }) => JSON.parse(body.toString()));
  expect(
    told.map(({ organization, m365 }) => [
      organization,
      m365.collection.tenant,
      m365.collection.content_type,
      m365.collection.records.delivered,
    ]),
  ).toEqual([
    [{ id: guid }, guid, 'Audit.General', 0],
    [{ id: resolved, name: 'Contoso' }, 'Contoso', 'Audit.Exchange', 3],
  ]);
  expect(board.take(scope).counts.get('records_delivered')).toBe(3);
  expect(told[0]['@timestamp']).toBe(new Date(noon).toISOString());
});

function hold(policy: OutputPolicy, output: Output): OutputLease {
  const held = { policy, output, semaphore: semaphoreOf(output), failure: undefined };
  return { held, release: async () => {} };
}

function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((_, reject) =>
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true }),
  );
}
