// The contract of a kind of source: everything that the collector, the commands, the settings and the generated pages
// need to know of it. A kind is a folder of its own; the registry beside this file lists them.

import type { DatasetName } from '../../pipelines/datasets.ts';
import type { BufferPool } from '../concurrency/buffer-pool.ts';
import type { PrioritySemaphore } from '../concurrency/priority-semaphore.ts';
import type { Clock } from '../contract/clock.ts';
import type { Feed } from '../contract/feed.ts';
import type { Finding } from '../contract/finding.ts';
import type { Source, SourceEnvironment } from '../contract/source.ts';
import type { Checkpoints } from '../contract/state.ts';
import type { Connections } from '../http/connections.ts';
import type { Option } from '../options/option.ts';
import type { PolicyProblem } from '../options/problems.ts';
import type { Settings } from '../options/settings.ts';
import type { TenantAccess } from './tenant-access.ts';

/**
 * One kind of source. `Options` is what its settings come to; nobody but the kind looks into them. Whatever is optional
 * may be left out: the command that needs it then says so.
 */
export interface SourceKind<Options> {
  /** Lower case with hyphens; it stands in policies (`source`), in feeds and in state, and never changes. */
  readonly name: string;
  /** Whoever is asked, as a sentence names them: "Microsoft". */
  readonly service: string;
  /** One of its items in a message, and several: "content blob", "content blobs"; left out, they are called items. */
  readonly itemWords?: ItemWords;
  /** The dataset of its records. */
  readonly dataset: DatasetName;
  /** The service can be asked so far back, in milliseconds. */
  readonly reachMs: number;
  /** The names that its feeds can have, where they are known beforehand. */
  readonly feedNames?: readonly string[];
  /** The settings of a stream of this kind. Those that every stream has are added to them. */
  readonly options: readonly Option[];
  /** Settings of other collectors of the same thing, with what to write in their place. */
  readonly foreignSettings?: ReadonlyMap<string, string>;
  /** Turns checked settings into options; undefined where they do not fit together, and `problems` then says why. */
  readonly read: (settings: Settings, problems: PolicyProblem[]) => Options | undefined;
  /** Names what others than the kind may know of a stream. */
  readonly identify: (options: Options) => SourceIdentity;
  /** Connects to nothing yet. Throws an OperatorError for options that can never work. */
  readonly open: (options: Options, environment: OpeningEnvironment) => Source;
  /** Hosts with their ports that a firewall has to let through. */
  readonly hosts?: (options: Options) => readonly string[];
  /**
   * Serves `m365 check`: it asks what a collector would ask, in the order in which one repairs it, and changes nothing.
   */
  readonly check?: (options: Options, signal: AbortSignal) => AsyncIterable<Finding>;
  /** The GUID of a tenant that the options name otherwise. */
  readonly findTenant?: (options: Options, signal: AbortSignal) => Promise<string>;
  /** Serves `m365 prove`. It rejects where nothing at all can be asked. */
  readonly inventory?: (options: Options, asking: Asking) => Promise<Inventory>;
  /** Serves `m365 replay`: it opens a source of what is selected and nothing else, which ends when that was settled. */
  readonly refetch?: (options: Options, environment: OpeningEnvironment, wanted: Refetching) => Source;
  /** Serves `m365 state show`: it describes what is remembered of a feed beside its items. */
  readonly describeState?: (feed: Feed, checkpoints: Pick<Checkpoints, 'get'>) => Promise<FeedState>;
  /** The remembered facts that are still true where not all of the state could be kept. */
  readonly lostState?: LostState;
  /** The text about this kind in the README of the package. */
  readonly reference?: SourceReference;
}

export interface ItemWords {
  readonly one: string;
  readonly many: string;
}

export interface SourceIdentity {
  /** The GUID in lower case, or a verified domain of it. */
  readonly tenantId: string;
  readonly tenantName: string | undefined;
  /** The names of the feeds that the stream collects. */
  readonly feeds: readonly string[];
  /** Larger records are kept as dead letters. */
  readonly maximumRecordBytes: number;
  /** True of invented records, which belong into a namespace of their own. */
  readonly emulated: boolean;
}

/** Everything that a source is given when it is opened. */
export interface OpeningEnvironment extends SourceEnvironment {
  readonly shared: SharedAccess;
}

/** Everything that all sources of the process ask through. */
interface SharedAccess {
  readonly connections: Connections;
  /** Turns for what each source asks again and again. */
  readonly requestSemaphore: PrioritySemaphore;
  /** The buffers for the records of batches. */
  readonly buffers: BufferPool;
  /** Tokens and request budgets: they belong to the tenant, of which another stream may collect other feeds. */
  readonly tenants: TenantAccess;
}

export interface Asking {
  readonly clock: Clock;
  readonly checkpoints: Pick<Checkpoints, 'get'>;
  readonly signal: AbortSignal;
}

/** Half-open, in milliseconds since the epoch, on whole seconds, within the reach. */
export interface ReachedWindow {
  readonly from: number;
  readonly to: number;
}

/** The items that a service has of a tenant now, listed by the same code as for collecting. */
export interface Inventory extends AsyncDisposable {
  /** GUID, lower case. */
  readonly tenantId: string;
  /** Returns the reason why a feed cannot be had, where that is nobody's fault; undefined where it can. */
  withheld?(feed: string): string | undefined;
  /** Hands out what is listed as it comes. An item may come twice. Rejects where not all of it could be listed. */
  list(
    feed: string,
    window: ReachedWindow,
    onItems: (items: readonly ListedItem[]) => Promise<void>,
  ): Promise<void>;
  /** The records of an item, as text. */
  read?(feed: string, item: ListedItem): AsyncIterable<string>;
}

export interface ListedItem {
  /** See Origin. */
  readonly position: string;
  /** ISO 8601 UTC. */
  readonly createdAt: string;
  /** The place where the service has it, if the position does not say. */
  readonly address?: string;
  /**
   * True once the checkpoint of a source that reads in order is past it. Absent for a source that lists work, of which
   * the ledger knows each item.
   */
  readonly settled?: boolean;
}

/** The items that are to be fetched again. */
export interface Refetching {
  /** One feed; all of the stream where absent. */
  readonly feed: string | undefined;
  readonly what: ReachedWindow | { readonly position: string };
  /** It is called for each item, once nothing of it is under way any more; `error` where it was not delivered whole. */
  readonly onItem: (feed: Feed, position: string, error?: unknown) => void;
}

export interface FeedState {
  /** The point up to which it was read or listed, for people. */
  readonly reached: string | undefined;
  /** The facts, for `--json`. */
  readonly facts: Readonly<Record<string, string | undefined>>;
}

export interface LostState {
  /** Names of the facts that say nothing of what was listed. */
  readonly independentFacts: readonly string[];
  /** The fact that makes the source look at everything again. */
  readonly doubt: { readonly name: string; readonly value: string };
}

export interface SourceReference {
  /** What it collects, for the table of log types. */
  readonly logType: LogTypeReference;
  readonly errors: readonly ErrorReference[];
  readonly clouds: readonly { readonly name: string; readonly tokens: string; readonly content: string }[];
}

interface LogTypeReference {
  /** As a sentence names it, in the plural. */
  readonly title: string;
  /** The paths that are asked. */
  readonly endpoints: readonly string[];
  /** The application permissions, all of which are needed. */
  readonly permissions: readonly string[];
  /** In words. */
  readonly licence: string;
  /** The clouds that have it. */
  readonly clouds: readonly string[];
  /** The limit that Microsoft publishes, in words. */
  readonly limit: string;
}

interface ErrorReference {
  readonly code: string;
  readonly cause: string;
  /** Empty where nothing is to be done. */
  readonly fix: string;
  readonly meanwhile: string;
}
