// What a log type of Microsoft Graph is: facts alone, from which requests, checks, settings and the table in the docs are
// made. Each stands in a file of log-types/.

import type { DatasetName } from '../../../pipelines/datasets.ts';
import type { Option } from '../../options/option.ts';
import type { PolicyProblem } from '../../options/problems.ts';
import type { Settings } from '../../options/settings.ts';
import type { Cloud } from '../tenant/tenant-options.ts';
import type { BudgetName } from './api/budgets.ts';

export interface LogType {
  /** The name of its kind of source: `graph-directory-audits`. */
  readonly kind: string;
  /** As a sentence names it, in the plural: "directory audits". */
  readonly title: string;
  readonly dataset: DatasetName;
  /** The paths that are asked, with their version. */
  readonly endpoints: readonly string[];
  /** The application permissions of Microsoft Graph, all of which are needed for all of its feeds. */
  readonly permissions: readonly string[];
  /** The licence without which Microsoft refuses, as the docs name it. */
  readonly licence: string;
  /** The clouds in which the endpoint is. */
  readonly clouds: readonly Cloud[];
  readonly budget: BudgetName;
  /** Microsoft keeps the records so long, in milliseconds. */
  readonly reachMs: number;
  /** A record may be asked for so long after its time, as a duration of the settings. */
  readonly delay: string;
  /** The names that its feeds can have. */
  readonly feedNames: readonly string[];
  /** The settings that only this log type has. */
  readonly options?: readonly Option[];
  /** What is wrong with the settings of its own. */
  readonly findProblems?: (settings: Settings) => readonly PolicyProblem[];
  /** The feeds that the settings choose. */
  readonly chooseFeeds: (settings: Settings) => readonly FeedQuery[];
}

/** How the records of one feed are asked for. */
export type FeedQuery = SlicedQuery | SnapshotQuery;

interface AnyQuery {
  readonly name: string;
  /** With the version: `/v1.0/auditLogs/directoryAudits`. */
  readonly path: string;
  /** The number of records that a page may have, as `$top`. */
  readonly pageSize?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Where the feed needs not all of the permissions of its log type. */
  readonly permissions?: readonly string[];
}

/** Records that have a time, by which they are cut into slices. */
export interface SlicedQuery extends AnyQuery {
  /** For objects that change it is the time of the last change. */
  readonly timeProperty: string;
  /** A further condition. */
  readonly filter?: string;
  /** Related objects that come along, as `$expand`. */
  readonly expand?: string;
  /** The operator of the end of a slice. Where it takes the end in, the records of that instant come twice. */
  readonly endOperator: 'lt' | 'le';
  /** A slice is never longer, in milliseconds. */
  readonly longestSliceMs: number;
}

/** A list of objects as they are now, with an `id` and no time: a record is made where the state of one is another. */
export interface SnapshotQuery extends AnyQuery {
  /** The property that is compared. */
  readonly state: string;
  /** The `recordType` of the records, which tells them from others of their dataset. */
  readonly kind: string;
}

export function isSliced(query: FeedQuery): query is SlicedQuery {
  return 'timeProperty' in query;
}

/** The permissions that a feed needs. */
export function permissionsOf(logType: LogType, { permissions }: FeedQuery): readonly string[] {
  return permissions ?? logType.permissions;
}
