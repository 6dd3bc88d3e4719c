// Proves all feeds of one stream, each by itself: a feed that cannot be asked for does not hide the others.

import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { type Dataset, dataStreamOf } from '../../../pipelines/dataset.ts';
import { compileExclusions } from '../../../pipelines/exclusions.ts';
import { loadMapper, loadReader } from '../../../pipelines/index.ts';
import { systemClock } from '../../contract/clock.ts';
import { keyOf } from '../../contract/component.ts';
import { describeError, OperatorError } from '../../contract/errors.ts';
import type { Feed } from '../../contract/feed.ts';
import type { Checkpoints, WorkView } from '../../contract/state.ts';
import { isoTime } from '../../contract/time.ts';
import { agentFields } from '../../documents/agent-fields.ts';
import { recordWriter } from '../../documents/record-writer.ts';
import { connect } from '../../outputs/elasticsearch/connect/connection.ts';
import { mapContext } from '../../runtime/collector.ts';
import type { MappingOptions, StreamPolicy } from '../../settings/policy/policy.ts';
import type { Inventory, ListedItem, ReachedWindow } from '../../sources/source-kind.ts';
import { readDeadLetters } from '../../state/dead-letters/dead-letters.ts';
import { usage } from '../policy-flag.ts';
import { readVersion } from '../version.ts';
import { type FeedProof, isComplete, ListingError, proveFeed } from './prove-feed.ts';
import { type RecordProof, RecordProver, type RecordQuestion } from './prove-records.ts';

export interface TenantProof {
  readonly tenantId: string;
  readonly contentTypes: readonly ContentTypeProof[];
  /** The reason why nothing at all could be asked; absent where something could. */
  readonly unreached?: string;
}

export type ContentTypeProof =
  | (FeedProof & { readonly byRecords?: RecordProof })
  | {
      readonly contentType: string;
      /** The reason why it could not be listed. */
      readonly unlisted: string;
      /** True where the application simply has no permission for what is optional. */
      readonly optional: boolean;
    };

export interface Proving {
  readonly ledger: Pick<WorkView, 'between' | 'gapsBetween'>;
  readonly checkpoints: Pick<Checkpoints, 'get'>;
  readonly stateFolder: string;
  readonly window: ReachedWindow;
  /** True where Elasticsearch is also asked for every record. */
  readonly records: boolean;
  readonly signal: AbortSignal;
}

export function isProved({ contentTypes, unreached }: TenantProof): boolean {
  if (unreached !== undefined) return false;
  return contentTypes.every((proof) => {
    if ('unlisted' in proof) return proof.optional;
    return isComplete(proof) && (proof.byRecords === undefined || isEachThereOnce(proof.byRecords));
  });
}

function isEachThereOnce({ missingCount, doubled, unread }: RecordProof): boolean {
  return missingCount === 0 && doubled === 0 && unread.length === 0;
}

/** A tenant that cannot be asked does not hide the others. */
export async function proveTenant(stream: StreamPolicy, proving: Proving): Promise<TenantProof> {
  const { source } = stream;
  const { checkpoints, signal } = proving;
  let inventory: Inventory;
  try {
    if (!source.inventory) throw notListed(source.kind);
    inventory = await source.inventory({ clock: systemClock, checkpoints, signal });
  } catch (error) {
    signal.throwIfAborted();
    return { tenantId: source.tenantId, contentTypes: [], unreached: describeError(error) };
  }
  await using open = inventory;
  const letters = await readLetters(proving.stateFolder, open.tenantId);
  const contentTypes: ContentTypeProof[] = [];
  for (const name of source.feeds)
    contentTypes.push(await proveType({ ...proving, inventory: open, stream, letters }, name));
  return { tenantId: open.tenantId, contentTypes };
}

function notListed(kind: string): OperatorError {
  return new OperatorError({
    code: 'no-inventory',
    message: `What ${kind} reads cannot be listed, so that nothing can be compared.`,
    advice: 'Name a stream of another source with --tenant.',
    retry: { kind: 'never' },
  });
}

interface ProvingFeeds extends Proving {
  readonly inventory: Inventory;
  readonly stream: StreamPolicy;
  readonly letters: Letters;
}

async function proveType(proving: ProvingFeeds, name: string): Promise<ContentTypeProof> {
  const { inventory, stream, ledger, window, letters, signal } = proving;
  const withheld = inventory.withheld?.(name);
  if (withheld !== undefined) return { contentType: name, unlisted: withheld, optional: true };
  const { kind, service } = stream.source;
  const feed = { tenant: inventory.tenantId, source: kind, name };
  const known = { ledger, feed, window, service, letters: letters.byFeed.get(keyOf(feed)) ?? new Map() };
  try {
    if (!proving.records) return await proveFeed(inventory, known);
    return await proveWithRecords(proving, feed, (onItems) => proveFeed(inventory, known, onItems));
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ListingError)) throw error;
    return { contentType: name, unlisted: describeError(error.cause), optional: false };
  }
}

type OnItems = (items: readonly ListedItem[]) => Promise<void>;

async function proveWithRecords(
  { inventory, stream, letters, signal }: ProvingFeeds,
  feed: Feed,
  prove: (onItems: OnItems) => Promise<FeedProof>,
): Promise<ContentTypeProof> {
  const { output, mapping } = stream;
  if (output.type !== 'elasticsearch')
    throw usage(
      `--records asks Elasticsearch, and the output ${output.name} is none.`,
      'Leave it out: the ledger alone is proof for what was acknowledged.',
    );
  const connection = await connect(output.options);
  try {
    const dataStream = dataStreamOf(mapping);
    const reader = loadReader(mapping.dataset);
    const prover = new RecordProver({
      inventory,
      feed,
      connection,
      dataStream,
      reader,
      isLeftOut: findLeftOut(mapping, reader.dataset, feed),
      setAside: letters.ids,
      signal,
    });
    const proof = await prove((items) => prover.take(items));
    return { ...proof, byRecords: await prover.end() };
  } finally {
    await connection.close();
  }
}

/** Records are mapped again only where a processor looks at documents to drop them. */
function findLeftOut(mapping: MappingOptions, dataset: Dataset, feed: Feed): RecordQuestion['isLeftOut'] {
  const isExcluded = mapping.exclude && compileExclusions(dataset, mapping.exclude);
  if (!mapping.processors?.some(({ kind }) => kind === 'drop_event'))
    return isExcluded && ((_text, record) => isExcluded(record));
  const collector = { id: '', version: readVersion(), name: hostname(), ephemeralId: '' };
  const write = recordWriter(loadMapper(mapping.dataset), mapping, agentFields(collector));
  const fetchedAt = isoTime(systemClock.now());
  const context = mapContext(mapping, { feed, position: '', fetchedAt, backfill: false });
  return (text) => write(text, context).body === undefined;
}

/** Dead letters of a tenant that wait for a replay. */
interface Letters {
  /** The number of letters by position, for each feed by its key. */
  readonly byFeed: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly ids: ReadonlySet<string>;
}

async function readLetters(stateFolder: string, tenantId: string): Promise<Letters> {
  const byFeed = new Map<string, Map<string, number>>();
  const ids = new Set<string>();
  for await (const { origin, id, rawFile } of readDeadLetters(stateFolder)) {
    if (origin.feed.tenant !== tenantId) continue;
    // A letter whose record lay in a file of its own holds nothing without it.
    if (rawFile !== undefined && !existsSync(rawFile)) continue;
    const feed = keyOf(origin.feed);
    const counts = byFeed.get(feed) ?? new Map<string, number>();
    byFeed.set(feed, counts.set(origin.position, (counts.get(origin.position) ?? 0) + 1));
    if (id !== undefined) ids.add(id);
  }
  return { byFeed, ids };
}
