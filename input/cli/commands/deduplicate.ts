// The command `m365 deduplicate`: it finds records that stand in Elasticsearch more than once, and deletes the surplus.

import { Command } from 'commander';
import { dataStreamOf } from '../../../pipelines/dataset.ts';
import { datasetNames } from '../../../pipelines/datasets.ts';
import { type Connection, connect } from '../../outputs/elasticsearch/connect/connection.ts';
import { deleteDocuments, deleteLine } from '../../outputs/elasticsearch/stored/delete-duplicates.ts';
import { findDuplicates, type StoredDocument } from '../../outputs/elasticsearch/stored/duplicates.ts';
import { rememberedDays, rememberedForMs } from '../../runtime/open-state.ts';
import { loadPolicy } from '../../settings/policy/load-policy.ts';
import { explainUnreadable } from '../../setup/api-key.ts';
import {
  addConnectionOptions,
  type ConnectionFlags,
  connectionHelp,
  readConnectionFlags,
} from '../../setup/connection-options.ts';
import { sourceKinds } from '../../sources/index.ts';
import { readTime } from '../read-time.ts';
import { listenForInterruption } from '../terminal/interruption.ts';
import { printText } from '../terminal/terminal.ts';

const teaching = (days: number) => `
A record can stand twice where a proxy held a request back, delivered it after
it was sent again, and the data stream was rolled over in between. m365 prove
--records finds that; this names the documents and prints the deletes, as a
request for Dev Tools. --delete does them.

Only a document that equals the first that was stored is ever deleted, apart
from event.created and event.ingested. What differs is named, and left to you:
it may be what another collector made of the record. Nothing that changed
after the comparison is deleted.

Looked at is what was collected in the last ${days} days, of a log type that its
service keeps longer for as long; records without an Id are left out.
${connectionHelp}
  It takes read and maintenance on the data streams, which read_api_key of the
  policy may have, and delete for --delete, which no key of a policy has.

Examples:
  m365 deduplicate --policy my.yml                  what would be deleted
  m365 deduplicate --policy my.yml --from 30d
  m365 deduplicate --policy my.yml --delete --api-key-file admin.key

Exit codes: 0 no record is left twice, 1 some are (it says which), 2 usage.`;

interface DeduplicateFlags extends ConnectionFlags {
  readonly namespace?: readonly string[];
  readonly from?: number;
  readonly delete?: boolean;
}

export function deduplicateCommand(): Command {
  return addConnectionOptions(new Command('deduplicate'))
    .summary('find records that stand in Elasticsearch twice')
    .description('Finds records with more than one document, and what to delete.')
    .option('--namespace <name...>', 'of the data streams; those of the policy, else default')
    .option('--from <time>', 'collected since: date, time (UTC) or how long ago', (text) => readTime(text))
    .option('--delete', 'delete what equals the first document; without it nothing is changed')
    .addHelpText('after', () => teaching(rememberedDays()))
    .action(async (flags: DeduplicateFlags) => {
      process.exitCode = (await deduplicate(flags)) ? 0 : 1;
    });
}

/** Resolves to true when no record is left with more than one document. */
async function deduplicate(flags: DeduplicateFlags): Promise<boolean> {
  using signals = listenForInterruption();
  const connection = await connect(await readConnectionFlags(flags, process.env, { reads: true }));
  try {
    let clean = true;
    for (const { dataStream, reachMs } of await chooseDataStreams(flags)) {
      const work = new Deduplication(connection, dataStream, flags.delete ?? false);
      const since = flags.from ?? Date.now() - rememberedForMs(reachMs);
      const ended = await work.run(since, signals.stop).catch((error: unknown) => {
        throw flags.delete ? error : explainUnreadable(error, dataStream);
      });
      clean = ended && clean;
    }
    return clean;
  } finally {
    await connection.close();
  }
}

interface ChosenDataStream {
  readonly dataStream: string;
  /** The reach of its source into the past. */
  readonly reachMs: number | undefined;
}

async function chooseDataStreams({
  namespace,
  policy,
}: DeduplicateFlags): Promise<readonly ChosenDataStream[]> {
  if (namespace !== undefined || policy === undefined) {
    const namespaces = namespace ?? ['default'];
    return datasetNames.flatMap((dataset) =>
      namespaces.map((each) => ({
        dataStream: dataStreamOf({ dataset, namespace: each }),
        reachMs: sourceKinds().find((kind) => kind.dataset === dataset)?.reachMs,
      })),
    );
  }
  const { streams } = await loadPolicy(policy, { force: true });
  const chosen = streams.map(({ mapping, source: { reachMs } }): [string, ChosenDataStream] => {
    const dataStream = dataStreamOf(mapping);
    return [dataStream, { dataStream, reachMs }];
  });
  return [...new Map(chosen).values()];
}

const deletesAtOnce = 500;

class Deduplication {
  readonly #connection: Connection;
  readonly #dataStream: string;
  readonly #deletes: boolean;
  #waiting: StoredDocument[] = [];
  #equal = 0;
  #deleted = 0;
  /** These lines are printed after the request, which they would otherwise break. */
  readonly #different: string[] = [];

  constructor(connection: Connection, dataStream: string, deletes: boolean) {
    this.#connection = connection;
    this.#dataStream = dataStream;
    this.#deletes = deletes;
  }

  async run(sinceMs: number, signal: AbortSignal): Promise<boolean> {
    for await (const { key, kept, equal, different } of findDuplicates(
      this.#connection,
      this.#dataStream,
      sinceMs,
      signal,
    )) {
      for (const each of different) this.#name(key, kept, each);
      await this.#take(equal, signal);
    }
    await this.#deleteWaiting(signal);
    for (const line of this.#different) printText(line);
    printText(this.#summary());
    return this.#different.length === 0 && this.#deleted === this.#equal;
  }

  #name(key: string, kept: StoredDocument, other: StoredDocument): void {
    this.#different.push(
      `# ${key}: ${other.index}/${other.id} differs from ${kept.index}/${kept.id}; left alone`,
    );
  }

  async #take(documents: readonly StoredDocument[], signal: AbortSignal): Promise<void> {
    for (const document of documents) {
      if (this.#equal === 0 && !this.#deletes) printText('POST _bulk?refresh');
      this.#equal += 1;
      if (this.#deletes) this.#waiting.push(document);
      else printText(deleteLine(document));
    }
    if (this.#waiting.length >= deletesAtOnce) await this.#deleteWaiting(signal);
  }

  async #deleteWaiting(signal: AbortSignal): Promise<void> {
    if (this.#waiting.length === 0) return;
    const { deleted, refused } = await deleteDocuments(this.#connection, this.#waiting, signal);
    this.#waiting = [];
    this.#deleted += deleted;
    for (const reason of refused) printText(`# not deleted: ${reason}`);
  }

  #summary(): string {
    const what = this.#deletes
      ? `${this.#deleted} deleted of ${this.#equal} documents that equal an earlier one`
      : `${this.#equal} documents equal an earlier one${this.#equal > 0 ? ': --delete deletes them' : ''}`;
    return `# ${this.#dataStream}: ${what}; ${this.#different.length} differ from it and are left alone.`;
  }
}
