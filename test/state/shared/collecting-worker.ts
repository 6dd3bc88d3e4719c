// A process that collects once, as the collector does, but for its work and checkpoints, which a server keeps; the Ids of
// what it delivered are its own. Arguments: a JSON object, see WorkerOptions.

import { byteBudget } from '../../../input/concurrency/byte-budget.ts';
import { documentBuffers } from '../../../input/concurrency/document-buffers.ts';
import { IdClaims } from '../../../input/concurrency/id-claims.ts';
import { PacedWork } from '../../../input/concurrency/paced-work.ts';
import { PrioritySemaphore } from '../../../input/concurrency/priority-semaphore.ts';
import { sizedBuffers } from '../../../input/concurrency/sized-buffers.ts';
import { systemClock } from '../../../input/contract/clock.ts';
import { agentFields } from '../../../input/documents/agent-fields.ts';
import { Connections } from '../../../input/http/connections.ts';
import { elasticsearchOutput } from '../../../input/outputs/elasticsearch/elasticsearch-output.ts';
import { collect, semaphoreOf } from '../../../input/runtime/collector.ts';
import { openState } from '../../../input/runtime/open-state.ts';
import { managementActivity } from '../../../input/sources/management-activity/index.ts';
import { TenantAccess } from '../../../input/sources/tenant-access.ts';
import { openDeadLetters } from '../../../input/state/dead-letters/dead-letters.ts';
import { createTelemetry } from '../../../input/telemetry/telemetry.ts';
import { loadMapper } from '../../../pipelines/index.ts';
import { sourceOptions } from '../../sources/management-activity/harness.ts';
import { remoteCheckpoints, remoteWork } from './remote-state.ts';

export interface WorkerOptions {
  readonly state: string;
  readonly owner: string;
  readonly leaseMs: number;
  /** Of its own. */
  readonly folder: string;
  readonly elasticsearch: string;
  readonly emulator: string;
  readonly tenant: { readonly tenantId: string; readonly clientId: string; readonly clientSecret: string };
}

const options: WorkerOptions = JSON.parse(process.argv[2] ?? '{}');
const clock = systemClock;
const random = Math.random;
const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const telemetry = createTelemetry({ clock, version: '0.1.0' });
const own = await openState({ folder: options.folder, clock, log });
const deadLetters = await openDeadLetters({ folder: options.folder, clock, log });
const output = elasticsearchOutput(
  { hosts: [options.elasticsearch], apiKey: async () => 'a:bcdef', flushIntervalMs: 20, proxyDisable: true },
  { clock, random, log, telemetry, rememberedSince: (now) => own.rememberedSince(now) },
);
const never = new AbortController().signal;
await output.open(never);
const source = managementActivity.open(sourceOptions(options.emulator, options.tenant), {
  clock,
  random,
  checkpoints: remoteCheckpoints(options.state),
  work: remoteWork(options.state),
  lease: { owner: options.owner, ms: options.leaseMs },
  uncleanStart: false,
  budget: byteBudget(64 << 20),
  deadLetters,
  telemetry,
  log,
  once: true,
  shared: {
    connections: new Connections(),
    requestSemaphore: new PrioritySemaphore({ clock }),
    buffers: sizedBuffers(8 << 20),
    tenants: new TenantAccess(),
  },
});
await collect(
  {
    source,
    output,
    semaphore: semaphoreOf(output),
    mapper: loadMapper(),
    ledger: own.delivery,
    claims: new IdClaims(),
    deadLetters,
    openBuffer: documentBuffers(64 << 20),
    mappingWork: new PacedWork(),
    telemetry,
    log,
    clock,
    agent: agentFields({ id: 'worker', version: '0.1.0', name: 'host', ephemeralId: 'run' }),
    mapping: {
      dataset: managementActivity.dataset,
      tenantName: undefined,
      tags: [],
      fields: {},
      documents: 'mapped',
      preserveOriginal: false,
      namespace: 'demo',
    },
  },
  { stop: never, abandon: never },
);
await output.close();
await deadLetters.close();
await own.close();
