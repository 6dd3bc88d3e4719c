// Measures how long content takes from where Microsoft lists it to where a search finds it: at rest, while much else
// comes in, and while seven days of history are caught up. The collector, the emulator and Elasticsearch are processes
// of their own.

import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { ContentOptions } from '../../input/emulator/index.ts';
import { makeWorkplace, runProgram } from '../end-to-end/harness.ts';
import { type MeasuredRun, startMeasured } from './collect.ts';
import { type EmulatorProcess, startEmulatorProcess } from './emulator-process.ts';
import { ask, withServer } from './server.ts';

const contentTypes = ['Audit.AzureActiveDirectory', 'Audit.Exchange', 'Audit.SharePoint', 'Audit.General'];
const lookEveryMs = 250;
/** The wait, in milliseconds, after the last record was published. */
const patienceMs = 120_000;

interface Phase {
  readonly name: string;
  readonly content: ContentOptions;
}

interface PublishingRate {
  readonly minutes: number;
  readonly perMinute: number;
}

export async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '5' },
      'per-minute': { type: 'string', default: '60' },
      load: { type: 'string', default: '6000' },
      history: { type: 'string', default: '1000000' },
      phase: { type: 'string', multiple: true },
      short: { type: 'boolean', default: false },
    },
  });
  const plan = {
    minutes: values.short ? 1.5 : Number(values.minutes),
    perMinute: Number(values['per-minute']),
  };
  const silence = { records: 0, ratePerMinute: 0 };
  const phases: Phase[] = [
    { name: 'rest', content: silence },
    { name: 'load', content: { ...silence, ratePerMinute: Number(values.load), recordsPerBlob: 100 } },
    {
      name: 'catch-up',
      content: { ...silence, records: Number(values.history), recordsPerBlob: 100, days: 7 },
    },
  ];
  const chosen = phases.filter(({ name }) => values.phase?.includes(name) ?? true);
  await withServer(async (url) => {
    for (const phase of chosen) await measure(phase, plan, url);
  });
}

async function measure(phase: Phase, plan: PublishingRate, elasticsearch: string): Promise<void> {
  const namespace = `bench_${randomUUID().slice(0, 8)}`;
  const emulator = await startEmulatorProcess({
    seed: 11,
    startCooldown: 'off',
    tenants: [{ content: phase.content }],
  });
  const output = { type: 'elasticsearch', hosts: [elasticsearch] };
  const workplace = await makeWorkplace({ streams: [emulator.stream], output, namespace });
  const setup = await runProgram(['setup', '--policy', workplace.policy]);
  if (setup.code !== 0) throw new Error(setup.printed);
  const run = startMeasured(['--policy', workplace.policy, '--force'], workplace.folder);
  const dataStream = `logs-o365.audit-${namespace}`;
  try {
    const samples = new LatencySamples(elasticsearch, dataStream);
    await untilPolled(emulator, run);
    await publishRegularly(emulator, plan, samples, run);
    await samples.drain();
    const stored = await ask(elasticsearch, 'GET', `/${dataStream}/_count`);
    console.log(`${phase.name}: ${samples.describe()}; ${stored.count} documents stored by then`);
  } finally {
    run.child.kill('SIGTERM');
    await run.ended;
    await emulator.stop();
    await ask(elasticsearch, 'DELETE', `/_data_stream/${dataStream}`);
    await rm(workplace.folder, { recursive: true, force: true });
  }
}

/** A collector that is still starting shows nothing of how long content takes on its way. */
async function untilPolled({ url }: EmulatorProcess, { child }: MeasuredRun): Promise<void> {
  for (;;) {
    const { byOperation } = await ask(url, 'GET', '/emulator/requests');
    if ((byOperation.content ?? 0) >= contentTypes.length) return;
    if (child.exitCode !== null) throw new Error('the collector has ended');
    await delay(lookEveryMs);
  }
}

/** Records are published at times unrelated to the interval of the collector, content types in turn. */
async function publishRegularly(
  emulator: EmulatorProcess,
  { minutes, perMinute }: PublishingRate,
  samples: LatencySamples,
  { child }: MeasuredRun,
): Promise<void> {
  const end = performance.now() + minutes * 60_000;
  for (let index = 0; performance.now() < end; index++) {
    await samples.watch((Math.random() * 2 * 60_000) / perMinute);
    if (child.exitCode !== null) throw new Error('the collector has ended');
    const id = randomUUID();
    const contentType = contentTypes[index % contentTypes.length];
    const CreationTime = new Date().toISOString().slice(0, 19);
    const record = { Id: id, CreationTime, RecordType: 1, Operation: 'bench', UserId: 'bench' };
    await ask(emulator.url, 'POST', '/emulator/publish', { contentType, records: [record] });
    samples.add(id);
  }
}

/** The time when each record was published, and when a search found it first. */
class LatencySamples {
  readonly #server: string;
  readonly #dataStream: string;
  readonly #waiting = new Map<string, number>();
  readonly #latencies: number[] = [];
  #refusedLooks = 0;

  constructor(server: string, dataStream: string) {
    this.#server = server;
    this.#dataStream = dataStream;
  }

  add(id: string): void {
    this.#waiting.set(id, performance.now());
  }

  async watch(ms: number): Promise<void> {
    const end = performance.now() + ms;
    while (performance.now() < end) {
      await this.#look();
      await delay(Math.min(lookEveryMs, Math.max(0, end - performance.now())));
    }
  }

  async drain(): Promise<void> {
    const end = performance.now() + patienceMs;
    while (this.#waiting.size > 0 && performance.now() < end) await this.watch(lookEveryMs);
  }

  describe(): string {
    const sorted = this.#latencies.toSorted((a, b) => a - b);
    const at = (share: number) =>
      ((sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN) / 1000).toFixed(1);
    const missing = this.#waiting.size === 0 ? '' : `, ${this.#waiting.size} NOT FOUND`;
    const refused = this.#refusedLooks === 0 ? '' : `, ${this.#refusedLooks} searches refused`;
    return `${sorted.length} blobs, p50 ${at(0.5)} s, p99 ${at(0.99)} s, longest ${at(1)} s${missing}${refused}`;
  }

  /** A small server refuses searches while it is short of memory: the search is repeated, and the wait counts. */
  async #search(ids: readonly string[]) {
    const query = { terms: { 'event.id': ids } };
    const body = { query, size: ids.length, _source: false, fields: ['event.id'] };
    try {
      return await ask(this.#server, 'POST', `/${this.#dataStream}/_search`, body);
    } catch {
      this.#refusedLooks += 1;
      return { hits: { hits: [] } };
    }
  }

  async #look(): Promise<void> {
    const ids = [...this.#waiting.keys()];
    if (ids.length === 0) return;
    const found = await this.#search(ids);
    const now = performance.now();
    for (const { fields } of found.hits.hits) {
      const [id] = fields['event.id'];
      const since = this.#waiting.get(id);
      if (since === undefined) continue;
      this.#latencies.push(now - since);
      this.#waiting.delete(id);
    }
  }
}
