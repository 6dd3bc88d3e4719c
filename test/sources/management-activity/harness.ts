// Runs the source against a real server with the real ledger, and settles its batches as a collector would.

import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { byteBudget } from '../../../input/concurrency/byte-budget.ts';
import { PrioritySemaphore } from '../../../input/concurrency/priority-semaphore.ts';
import { sizedBuffers } from '../../../input/concurrency/sized-buffers.ts';
import type { Clock } from '../../../input/contract/clock.ts';
import { type Component, isFeed } from '../../../input/contract/component.ts';
import type { DeadLetterStream, DeadLetters } from '../../../input/contract/dead-letters.ts';
import type { Feed, Origin } from '../../../input/contract/feed.ts';
import type { Logger } from '../../../input/contract/logger.ts';
import { textsOf } from '../../../input/contract/records.ts';
import type { Batch } from '../../../input/contract/source.ts';
import type { State } from '../../../input/contract/state.ts';
import type { Counter, CredentialEnd, Report, Telemetry } from '../../../input/contract/telemetry.ts';
import { Connections } from '../../../input/http/connections.ts';
import { openState } from '../../../input/runtime/open-state.ts';
import type { ManagementActivityOptions } from '../../../input/sources/management-activity/options.ts';
import { contentTypes } from '../../../input/sources/management-activity/options.ts';
import { openSource } from '../../../input/sources/management-activity/source.ts';
import { facts } from '../../../input/sources/management-activity/stream.ts';
import type { OpeningEnvironment } from '../../../input/sources/source-kind.ts';
import { TenantAccess } from '../../../input/sources/tenant-access.ts';
import type { IdleClock } from '../../contract/idle-clock.ts';

const day = 86_400_000;

interface RecordedLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
}

class Recorder implements Telemetry {
  readonly reports: { component: Component; report: Report }[] = [];
  readonly counts = new Map<string, number>();
  readonly credentials = new Map<string, CredentialEnd>();
  readonly lines: RecordedLine[] = [];
  readonly log: Logger;

  constructor() {
    const at = (level: RecordedLine['level']) => (_fields: object, message: string) => {
      this.lines.push({ level, message });
    };
    this.log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  }

  report(component: Component, report: Report): void {
    this.reports.push({ component, report });
  }

  count(component: Component, counter: Counter, by = 1): void {
    for (const key of [counter, `${nameOf(component)} ${counter}`])
      this.counts.set(key, (this.counts.get(key) ?? 0) + by);
  }

  lag(): void {}

  credential(tenantId: string, credential: CredentialEnd): void {
    this.credentials.set(tenantId, credential);
  }

  counted(counter: Counter, contentType?: string): number {
    return this.counts.get(contentType === undefined ? counter : `${contentType} ${counter}`) ?? 0;
  }

  /** What the operator saw of one content type, in order. */
  seen(contentType: string): Report[] {
    return this.reports
      .filter(({ component }) => nameOf(component) === contentType)
      .map(({ report }) => report);
  }

  current(contentType: string): Report | undefined {
    return this.seen(contentType).at(-1);
  }
}

/** Keeps what it is given. */
class KeptLetters implements DeadLetters {
  readonly streamed: { origin: Origin; reason: string; bytes: Buffer }[] = [];
  abandoned = 0;

  async append(): Promise<void> {}

  async stream(origin: Origin): Promise<DeadLetterStream> {
    const chunks: Buffer[] = [];
    return {
      write: async (chunk) => {
        chunks.push(Buffer.from(chunk));
      },
      finish: async (reason) => {
        this.streamed.push({ origin, reason, bytes: Buffer.concat(chunks) });
      },
      abandon: async () => {
        this.abandoned += 1;
      },
    };
  }
}

export interface Bench {
  /** Passes only while a test waits for something. */
  readonly clock: IdleClock;
  /** Of a run that collects once. */
  readonly environment: OpeningEnvironment;
  readonly recorder: Recorder;
  readonly letters: KeptLetters;
  readonly ledger: State;
  readonly folder: string;
  /** Closes the ledger as a process that ends well does, and opens it again. */
  reopen(): Promise<Bench>;
  close(): Promise<void>;
}

export interface BenchOptions {
  readonly clock: IdleClock;
  /** How far the clock that the source sees is ahead. */
  readonly skewMs?: number;
  readonly folder?: string;
  readonly random?: () => number;
  readonly budgetBytes?: number;
}

export async function openBench(options: BenchOptions): Promise<Bench> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'm365-source-'));
  const recorder = new Recorder();
  const letters = new KeptLetters();
  const { clock: real, skewMs = 0 } = options;
  const clock: Clock = { now: () => real.now() + skewMs, sleep: (...asked) => real.sleep(...asked) };
  const ledger = await openState({ folder, clock, log: recorder.log });
  return {
    clock: real,
    recorder,
    letters,
    ledger,
    folder,
    environment: {
      clock,
      random: options.random ?? Math.random,
      checkpoints: ledger.checkpoints,
      work: ledger.work,
      lease: ledger.lease,
      uncleanStart: ledger.delivery.uncleanStart,
      budget: byteBudget(options.budgetBytes ?? 64 << 20),
      deadLetters: letters,
      telemetry: recorder,
      log: recorder.log,
      once: true,
      shared: {
        connections: new Connections(),
        requestSemaphore: new PrioritySemaphore({ clock }),
        buffers: sizedBuffers(8 << 20),
        tenants: new TenantAccess(),
      },
    },
    async reopen() {
      await ledger.close();
      return openBench({ ...options, folder });
    },
    async close() {
      await ledger.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface EmulatedTenant {
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Empty for what concerns the stream as a whole. */
function nameOf(component: Component): string {
  return isFeed(component) ? component.name : '';
}

export function sourceOptions(
  url: string,
  tenant: EmulatedTenant,
  over: Partial<ManagementActivityOptions> = {},
): ManagementActivityOptions {
  return {
    tenantId: tenant.tenantId,
    tenantName: undefined,
    clientId: tenant.clientId,
    clientSecret: async () => tenant.clientSecret,
    certificate: undefined,
    cloud: 'commercial',
    hosts: { login: url, management: url },
    contentTypes,
    intervalMs: 60_000,
    initialIntervalMs: 7 * day,
    overlapMs: 7_200_000,
    requestsPerMinute: 100_000,
    concurrentBlobs: 8,
    maximumRecordBytes: 4 << 20,
    publisherIdentifier: undefined,
    ...over,
  };
}

export interface Collected {
  readonly batches: Batch[];
  readonly records: { contentType: string; contentId: string; text: string }[];
}

/** Settles each batch as delivered. Ends when the source ends. */
export function collectAll(bench: Bench, options: ManagementActivityOptions): Promise<Collected> {
  return bench.clock.during(settleAll(bench, options));
}

async function settleAll(bench: Bench, options: ManagementActivityOptions): Promise<Collected> {
  const collected: Collected = { batches: [], records: [] };
  const source = openSource(options, bench.environment);
  for await (const batch of source.batches(new AbortController().signal)) {
    collected.batches.push(batch);
    const { feed, position } = batch.origin;
    for (const text of textsOf(batch.records))
      collected.records.push({ contentType: feed.name, contentId: position, text });
    await batch.settle({ delivered: batch.records.count, duplicate: 0, deadLettered: 0 });
  }
  return collected;
}

/** The Id of each record, once. */
export function distinctIds(collected: Collected): Set<string> {
  return new Set(
    collected.records.flatMap(({ text }) => {
      const id = /"Id":"([^"]+)"/.exec(text)?.[1];
      return id === undefined ? [] : [id];
    }),
  );
}

export interface Following {
  readonly collected: Collected;
  /** Settles batches as they come, unless it is false; those left are in `collected.batches`. */
  settling: boolean;
  stop(): Promise<void>;
}

/** Collects beside the test until it is stopped. */
export function follow(bench: Bench, options: ManagementActivityOptions): Following {
  const controller = new AbortController();
  const collected: Collected = { batches: [], records: [] };
  const following: Following = {
    collected,
    settling: true,
    stop: async () => {
      controller.abort();
      await running;
    },
  };
  const run = async () => {
    const source = openSource(options, { ...bench.environment, once: false });
    for await (const batch of source.batches(controller.signal)) {
      collected.batches.push(batch);
      const { feed, position } = batch.origin;
      for (const text of textsOf(batch.records))
        collected.records.push({ contentType: feed.name, contentId: position, text });
      if (following.settling)
        await batch.settle({ delivered: batch.records.count, duplicate: 0, deadLettered: 0 });
    }
  };
  const running = run();
  return following;
}

/** Until the head and all of history were listed once, and what is listed again is counted from then on. */
export function untilListed(bench: Bench, scope: Feed): Promise<void> {
  const isListed = async () => {
    const watermark = await bench.ledger.checkpoints.get(scope, facts.watermark);
    const unlisted = await bench.ledger.checkpoints.get(scope, facts.unlisted);
    const relisted = await bench.ledger.checkpoints.get(scope, facts.lastEdgeListing);
    return watermark !== undefined && unlisted === '[]' && relisted !== undefined;
  };
  return bench.clock.until(isListed, `${scope.name} was listed once`);
}
