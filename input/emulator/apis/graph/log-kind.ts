// What a log of the emulated Graph is: its address, its limits, and how a record of it is invented.

import type { World } from '../../world/company.ts';
import type { Random } from '../../world/random.ts';

export interface RecordDraft {
  readonly id: string;
  readonly index: number;
  /** Milliseconds since the epoch: when it happened, and when the object changed last. */
  readonly createdAt: number;
  readonly updatedAt: number;
  /** 0 for the first state of an object. */
  readonly version: number;
  readonly world: World;
  readonly random: Random;
}

export interface LogKind {
  /** The name of the feed. */
  readonly name: string;
  /** The path below the version, and the versions that have it. */
  readonly path: string;
  readonly versions: readonly ('v1.0' | 'beta')[];
  /** The properties by which it may be filtered in time. The first is the time that counts. */
  readonly timeProperties: readonly string[];
  /** A condition that chooses this log among several of one path; the one without it is meant where no condition is given. */
  readonly chosenBy?: RegExp;
  /** Application permissions. */
  readonly permissions: readonly string[];
  readonly limit: LimitName;
  readonly mostPerPage: number;
  /** The property that holds a record's id. */
  readonly idProperty?: string;
  /** The most objects of a list that says how they are now: it has no times, and always all of its objects. */
  readonly objects?: number;
  /** The last state of an object that changes; its records are told apart by id and time. */
  readonly changes?: boolean;
  /** The property that holds the time of that change. */
  readonly changedAt?: string;
  writeId(guid: string, index: number): string;
  /** What tells apart records that share an id. */
  writePart?(record: object): string;
  write(draft: RecordDraft): object;
}

export type LimitName =
  | 'reports'
  | 'identity protection'
  | 'security'
  | 'service communications'
  | 'message trace';
