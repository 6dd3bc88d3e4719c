// The tables of the ledger and how an older one becomes the present one. A migration, once released, never changes.

import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { DeliveryLedger } from '../../contract/state.ts';
import { type Row, readInteger, readText } from './rows.ts';

/** Marks the file as ours: "m365" in ASCII. */
export const applicationId = 0x6d333635;

/** The SQL that leads from version n to n + 1, at index n. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE identity (only INTEGER PRIMARY KEY CHECK (only = 1), id TEXT NOT NULL, run INTEGER NOT NULL) STRICT;

  -- See record-keys.ts and seen-ids.ts. Recent Ids are appended, many packed keys to a row, and sorted in later; Ids
  -- whose time lies too far back to be pruned by it are kept by their arrival.
  CREATE TABLE seen_recent (n INTEGER PRIMARY KEY, keys BLOB NOT NULL) STRICT;
  CREATE TABLE seen (key BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
  CREATE TABLE seen_late (key BLOB PRIMARY KEY, arrived INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX seen_late_by_arrival ON seen_late (arrived);

  CREATE TABLE checkpoint (file TEXT PRIMARY KEY, length INTEGER NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE scope (
    scope INTEGER PRIMARY KEY, tenant TEXT NOT NULL, content_type TEXT NOT NULL, UNIQUE (tenant, content_type)
  ) STRICT;
  CREATE TABLE fact (
    scope INTEGER NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (scope, name)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE gap (
    scope INTEGER NOT NULL, starts TEXT NOT NULL, ends TEXT NOT NULL, reason TEXT NOT NULL,
    PRIMARY KEY (scope, starts, ends, reason)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE blob (
    blob INTEGER PRIMARY KEY,
    scope INTEGER NOT NULL, content_id TEXT NOT NULL, content_uri TEXT NOT NULL,
    created TEXT NOT NULL, expires TEXT NOT NULL, created_ms INTEGER NOT NULL,
    state TEXT NOT NULL, listed_at INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
    next_attempt_at INTEGER NOT NULL DEFAULT 0, reason TEXT,
    late INTEGER NOT NULL, backfill INTEGER NOT NULL, uncertain INTEGER NOT NULL DEFAULT 0,
    delivered INTEGER NOT NULL DEFAULT 0, duplicate INTEGER NOT NULL DEFAULT 0,
    dead_lettered INTEGER NOT NULL DEFAULT 0, ended_at INTEGER,
    UNIQUE (scope, content_id)
  ) STRICT;
  CREATE INDEX blob_ready ON blob (scope, created_ms)
    WHERE state IN ('listed', 'fetching') AND next_attempt_at = 0;
  CREATE INDEX blob_waiting ON blob (scope, next_attempt_at)
    WHERE state IN ('listed', 'fetching') AND next_attempt_at > 0;
  CREATE INDEX blob_by_time ON blob (scope, created_ms);
  CREATE INDEX blob_ended ON blob (created_ms) WHERE state NOT IN ('listed', 'fetching');
  `,
  `
  -- Whatever has checkpoints: type is feed, stream, output, data_stream or ledger, and feed the name of it.
  CREATE TABLE component (
    component INTEGER PRIMARY KEY,
    type TEXT NOT NULL, tenant TEXT NOT NULL, source TEXT NOT NULL, feed TEXT NOT NULL,
    UNIQUE (type, tenant, source, feed)
  ) STRICT;
  INSERT INTO component
    SELECT scope, iif(feed = '', 'stream', 'feed'), tenant, source, feed FROM (
      SELECT scope, tenant, substr(content_type, instr(content_type, '/') + 1) AS feed,
        iif(instr(content_type, '/') = 0, 'management-activity', substr(content_type, 1, instr(content_type, '/') - 1))
          AS source
        FROM scope);
  DROP TABLE scope;

  ALTER TABLE checkpoint RENAME TO file_length;
  ALTER TABLE fact RENAME TO checkpoint;
  ALTER TABLE checkpoint RENAME COLUMN scope TO component;
  ALTER TABLE gap RENAME COLUMN scope TO component;

  DROP INDEX blob_ready;
  DROP INDEX blob_waiting;
  DROP INDEX blob_by_time;
  DROP INDEX blob_ended;
  ALTER TABLE blob RENAME TO item;
  ALTER TABLE item RENAME COLUMN blob TO item;
  ALTER TABLE item RENAME COLUMN scope TO component;
  ALTER TABLE item RENAME COLUMN content_id TO id;
  ALTER TABLE item RENAME COLUMN content_uri TO data;
  -- Who works on it and until when; lease grows each time it changes hands.
  ALTER TABLE item ADD COLUMN owner TEXT;
  ALTER TABLE item ADD COLUMN leased_until INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE item ADD COLUMN lease INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX item_ready ON item (component, created_ms)
    WHERE state IN ('listed', 'fetching') AND next_attempt_at = 0;
  CREATE INDEX item_waiting ON item (component, next_attempt_at)
    WHERE state IN ('listed', 'fetching') AND next_attempt_at > 0;
  CREATE INDEX item_by_time ON item (component, created_ms);
  CREATE INDEX item_ended ON item (created_ms) WHERE state NOT IN ('listed', 'fetching');
  CREATE INDEX item_held ON item (owner, leased_until) WHERE owner IS NOT NULL;
  `,
  `
  -- Records that the policy leaves out.
  ALTER TABLE item ADD COLUMN filtered INTEGER NOT NULL DEFAULT 0;
  `,
  `
  -- See acknowledged-indices.ts. No number is ever given twice: items keep the newest one of the time when they began.
  CREATE TABLE acknowledged_index (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    cluster TEXT NOT NULL, data_stream TEXT NOT NULL, name TEXT NOT NULL
  ) STRICT;
  CREATE INDEX acknowledged_index_by_stream ON acknowledged_index (cluster, data_stream, n);
  ALTER TABLE item ADD COLUMN begun_after INTEGER;
  CREATE INDEX item_uncertain ON item (begun_after) WHERE uncertain = 1;

  CREATE TABLE possibly_duplicate (
    data_stream TEXT PRIMARY KEY, documents INTEGER NOT NULL, last_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- See open-attempts.ts: the Ids that were about to be sent, packed as in seen_recent, without a word of what became of them.
  CREATE TABLE open_attempt (
    n INTEGER PRIMARY KEY AUTOINCREMENT, begun_after INTEGER NOT NULL, begun_at INTEGER NOT NULL, keys BLOB NOT NULL
  ) STRICT;
  DROP INDEX item_uncertain;
  ALTER TABLE item DROP COLUMN begun_after;

  -- See unrecorded.ts. Which Ids an older version was about to send is not known.
  CREATE TABLE unrecorded (
    lack TEXT PRIMARY KEY, made_before INTEGER NOT NULL, sent_after INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  INSERT INTO unrecorded SELECT 'own', unixepoch() * 1000, 0 WHERE EXISTS (SELECT 1 FROM item WHERE uncertain = 1)
    OR EXISTS (SELECT 1 FROM component WHERE source NOT IN ('', 'management-activity'));
  ALTER TABLE possibly_duplicate ADD COLUMN by_others INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE identity ADD COLUMN used TEXT NOT NULL DEFAULT '';
  `,
];

export function readVersion(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.user_version);
}

/** Brings the database to the newest version, each step with its number in one transaction. */
export function migrate(database: DatabaseSync, steps: readonly string[]): void {
  for (let version = readVersion(database); version < steps.length; version += 1) {
    database.exec(
      `BEGIN IMMEDIATE; ${steps[version]}; PRAGMA user_version = ${version + 1}; PRAGMA application_id = ${applicationId}; COMMIT`,
    );
  }
}

/** Settings that a connection loses when it closes. */
export function tune(database: DatabaseSync): void {
  database.exec(`
    PRAGMA synchronous = NORMAL;
    PRAGMA cache_size = -4096;
    PRAGMA mmap_size = 0;
    PRAGMA temp_store = MEMORY;
    PRAGMA wal_autocheckpoint = 2000;
    PRAGMA journal_size_limit = 33554432;
  `);
}

/** Durable even through a power cut, unlike other transactions: others may keep a note of it. */
export function countRun(database: DatabaseSync): DeliveryLedger['identity'] {
  database.exec('PRAGMA synchronous = FULL');
  const row = database
    .prepare(
      `INSERT INTO identity (only, id, run) VALUES (1, ?, 1)
        ON CONFLICT (only) DO UPDATE SET run = run + 1 RETURNING id, run`,
    )
    .get(randomUUID());
  database.exec('PRAGMA synchronous = NORMAL');
  return toIdentity(row);
}

export function readIdentity(database: DatabaseSync): DeliveryLedger['identity'] {
  return toIdentity(database.prepare('SELECT id, run FROM identity').get());
}

function toIdentity(row: Row | undefined): DeliveryLedger['identity'] {
  return row ? { id: readText(row, 'id'), run: readInteger(row, 'run') } : { id: '', run: 0 };
}
