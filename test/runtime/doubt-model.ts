// Delivery with a key that may only create, at random: answers and requests get lost, the data stream is rolled over, the
// collector ends in the middle, and the ledger loses its last transactions as in a power cut. The server knows which documents
// are really there twice, and of which the collector cannot know.

import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { documentBuffers } from '../../input/concurrency/document-buffers.ts';
import { IdClaims } from '../../input/concurrency/id-claims.ts';
import { PacedWork } from '../../input/concurrency/paced-work.ts';
import { recordsOf } from '../../input/contract/records.ts';
import type { Batch, Source } from '../../input/contract/source.ts';
import { minuteMs } from '../../input/contract/time.ts';
import { agentFields } from '../../input/documents/agent-fields.ts';
import { collect, semaphoreOf } from '../../input/runtime/collector.ts';
import type { MappingOptions } from '../../input/settings/policy/policy.ts';
import { managementActivity } from '../../input/sources/management-activity/index.ts';
import { openDeadLetters } from '../../input/state/dead-letters/dead-letters.ts';
import { openLedger } from '../../input/state/sqlite/sqlite-ledger.ts';
import { createTelemetry } from '../../input/telemetry/telemetry.ts';
import { loadMapper } from '../../pipelines/index.ts';
import { IdleClock } from '../contract/idle-clock.ts';
import { countRepeated } from '../count-repeated.ts';
import { seededRandom } from '../end-to-end/harness.ts';
import { makeOutput } from '../outputs/elasticsearch/harness.ts';
import { StandIn, type StandInFault } from '../outputs/elasticsearch/stand-in.ts';
import { ledgerIn } from '../state/spoil-ledger.ts';
import { noon, reachMs, recordingLog, scope, temporaryFolder } from '../state/state-folder.ts';

export interface DoubtOptions {
  readonly seed: number;
  /** How likely it is that the data stream is rolled over around a request. */
  readonly rollovers: number;
  readonly powerCuts: boolean;
  readonly mayLook: boolean;
}

export interface Doubts {
  readonly published: number;
  readonly missing: readonly string[];
  /** The documents that are there more than once. */
  readonly doubled: number;
  /** What the ledger counts. */
  readonly counted: number;
  /** The documents that were sent more than once. */
  readonly resent: number;
}

interface Item {
  readonly id: number;
  readonly records: readonly string[];
  begun: boolean;
  done: boolean;
}

const runs = 6;
const forbidden: StandInFault = (_, { reply }) =>
  reply(403, { error: { type: 'security_exception', reason: 'action is unauthorized' } });
const lookPaths = [
  '/_search',
  '/_refresh',
  '/_index_template',
  '_data_stream/logs-o365.audit-test',
  '/_mapping',
];

export async function deliverAtRandom(options: DoubtOptions): Promise<Doubts> {
  await using model = new Model(options);
  await model.open();
  for (let run = 0; run < runs; run += 1) {
    model.publish();
    await model.run({ isLast: false });
  }
  await model.run({ isLast: true });
  return model.judge();
}

class Model implements AsyncDisposable {
  readonly #options: DoubtOptions;
  readonly #random: () => number;
  readonly #clock = new IdleClock(noon);
  readonly #folder = temporaryFolder();
  readonly #server = new StandIn();
  readonly #mapper = loadMapper();
  #items: Item[] = [];
  #records = 0;
  #counted = 0;

  constructor(options: DoubtOptions) {
    this.#options = options;
    this.#random = seededRandom(options.seed);
  }

  async open(): Promise<void> {
    await this.#server.listen();
    if (!this.#options.mayLook) for (const path of lookPaths) this.#server.answers.set(path, forbidden);
    // Records are made well after the ledger began: of others nothing is known.
    await this.run({ isLast: true });
    this.#clock.advance(10 * minuteMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.close();
    this.#folder[Symbol.dispose]();
  }

  /** New items: of the records of each some were in others, too. */
  publish(): void {
    for (let items = 3 + this.#pick(6); items > 0; items -= 1) {
      const records = Array.from({ length: 1 + this.#pick(12) }, () => this.#makeRecord());
      const repeated = this.#items.flatMap((item) => item.records).filter(() => this.#random() < 0.05);
      const all = [...new Set([...records, ...repeated])];
      this.#items.push({ id: this.#items.length, records: all, begun: false, done: false });
    }
  }

  /** Ends by itself when everything is delivered; where it is not the last, at some request. */
  async run({ isLast }: { readonly isLast: boolean }): Promise<void> {
    const log = recordingLog();
    const clock = this.#clock;
    const abandon = new AbortController();
    const folder = this.#folder.path;
    const ledger = await openLedger({ folder, clock, log, reachMs });
    const deadLetters = await openDeadLetters({ folder, clock, log });
    const { output } = makeOutput(
      { hosts: [this.#server.url], bulkMaxBytes: 4096 },
      { clock, ledger: ledger.delivery },
    );
    await clock.during(output.open(new AbortController().signal));
    const snapshot = this.#disturb({ isLast, abandon });
    const telemetry = createTelemetry({ clock, version: '0.1.0' });
    const source = this.#makeSource(ledger.delivery.uncleanStart);
    const parts = {
      source,
      output,
      semaphore: semaphoreOf(output),
      mapper: this.#mapper,
      ledger: ledger.delivery,
      claims: new IdClaims(),
      deadLetters,
      openBuffer: documentBuffers(1 << 20),
      telemetry,
      log,
      clock,
      agent: agentFields({ id: 'one', version: '0.1.0', name: 'host', ephemeralId: 'run' }),
      mapping,
      mappingWork: new PacedWork(),
    };
    await clock.during(collect(parts, { stop: abandon.signal, abandon: abandon.signal }));
    await output.close();
    await deadLetters.close();
    this.#counted = sum((await ledger.delivery.doubtfulDocuments()).map(({ documents }) => documents));
    await ledger.close();
    snapshot.restore();
  }

  judge(): Doubts {
    const stored = this.#server.stored.map((id) => id.replace(/^[^:]*:/, ''));
    const distinct = new Set(stored);
    const published = new Set(this.#items.flatMap(({ records }) => records));
    return {
      published: published.size,
      missing: [...published.difference(distinct)],
      doubled: countRepeated(stored),
      counted: this.#counted,
      resent: countRepeated(this.#server.bulks.flatMap(({ ids }) => ids)),
    };
  }

  /** Plans what goes wrong in a run. What the power cut takes away is whatever came after some request. */
  #disturb({ isLast, abandon }: { readonly isLast: boolean; readonly abandon: AbortController }) {
    const server = this.#server;
    const requests = this.#pick(12);
    const cutAt = this.#options.powerCuts && !isLast && this.#random() < 0.5 ? this.#pick(requests + 1) : -1;
    const copy = join(this.#folder.path, 'snapshot');
    let restore = () => {};
    server.bulkFaults.length = 0;
    if (isLast) return { restore: () => {} };
    for (let request = 0; request <= requests; request += 1)
      server.bulkFaults.push((_, exchange) => {
        if (request === cutAt) restore = this.#takeSnapshot(copy);
        if (this.#random() < this.#options.rollovers) server.rollOver();
        const drawn = this.#random();
        if (drawn < 0.2 || request === requests) {
          if (this.#random() < 0.6) exchange.perform();
          if (this.#random() < this.#options.rollovers) server.rollOver();
          if (request === requests) abandon.abort(new Error('the run ends'));
          exchange.cut();
        } else if (drawn < 0.3) exchange.reply(503, { error: { type: 'busy', reason: 'busy' } });
        else exchange.reply(200, exchange.perform());
      });
    return { restore: () => restore() };
  }

  #takeSnapshot(copy: string): () => void {
    const file = ledgerIn(this.#folder.path);
    rmSync(copy, { force: true });
    using database = new DatabaseSync(file, { readOnly: true });
    database.exec(`VACUUM INTO '${copy}'`);
    const items = this.#items.map((item) => ({ ...item }));
    return () => {
      this.#items = items;
      for (const suffix of ['-wal', '-shm']) rmSync(file + suffix, { force: true });
      copyFileSync(copy, file);
    };
  }

  #makeSource(uncleanStart: boolean): Source {
    const open = this.#items.filter(({ done }) => !done);
    const toBatch = (item: Item): Batch => {
      const uncertain = item.begun || uncleanStart;
      item.begun = true;
      const texts = item.records.map((id) => JSON.stringify({ ...record, Id: id, CreationTime: madeAt }));
      return {
        origin: {
          feed: scope,
          position: String(item.id),
          fetchedAt: madeAt,
          createdAt: madeAt,
          backfill: false,
        },
        records: recordsOf(texts),
        uncertain,
        canWait: this.#random() < 0.3,
        settle: async () => {
          item.done = true;
        },
      };
    };
    const shuffled = open.toSorted(() => this.#random() - 0.5);
    return {
      async *batches(signal) {
        for (const item of shuffled) {
          if (signal.aborted) return;
          yield toBatch(item);
        }
      },
    };
  }

  #makeRecord(): string {
    this.#records += 1;
    return `00000000-0000-4000-8000-${String(this.#records).padStart(12, '0')}`;
  }

  #pick(below: number): number {
    return Math.floor(this.#random() * below);
  }
}

const madeAt = new Date(noon + 9 * minuteMs).toISOString().slice(0, 19);
const record = {
  RecordType: 1,
  Operation: 'Set-Mailbox',
  OrganizationId: scope.tenant,
  UserType: 2,
  UserKey: 'x',
  Workload: 'Exchange',
  UserId: 'someone@example.com',
};
const mapping: MappingOptions = {
  dataset: managementActivity.dataset,
  tenantName: undefined,
  tags: [],
  fields: {},
  documents: 'mapped',
  preserveOriginal: false,
  namespace: 'test',
};

const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);
