// The SQL of work items. Only the lease that was given last changes anything of an item that somebody holds.

import type { DatabaseSync, StatementSync } from 'node:sqlite';

export const open = `state IN ('listed', 'fetching')`;
const one = 'component = ? AND id = ?';
const held = `${one} AND lease = ? AND ${open}`;
const free = 'owner = NULL, leased_until = 0';
const ready = `SELECT * FROM item INDEXED BY item_ready WHERE component = ? AND ${open} AND next_attempt_at = 0`;

export type ItemStatements = Record<keyof typeof statements, StatementSync>;

const statements = {
  add: `INSERT OR IGNORE INTO item
    (component, id, data, created, expires, created_ms, state, listed_at, late, backfill)
    VALUES (?, ?, ?, ?, ?, ?, 'listed', ?, ?, ?)`,
  makeReady: `UPDATE item INDEXED BY item_waiting SET next_attempt_at = 0
    WHERE component = ? AND ${open} AND next_attempt_at > 0 AND next_attempt_at <= ?`,
  fresh: `${ready} AND created_ms >= ? ORDER BY created_ms`,
  older: `${ready} AND created_ms < ? ORDER BY created_ms DESC`,
  nextDue: `SELECT min(next_attempt_at) AS next FROM item INDEXED BY item_waiting
    WHERE component = ? AND ${open} AND next_attempt_at > 0`,
  nextFree: `SELECT min(leased_until) AS next FROM item INDEXED BY item_ready
    WHERE component = ? AND ${open} AND next_attempt_at = 0 AND owner <> ?`,
  lease: 'UPDATE item SET owner = ?, leased_until = ?, lease = lease + 1 WHERE item = ? RETURNING lease',
  renew: `UPDATE item SET leased_until = ? WHERE item IN
    (SELECT item FROM item INDEXED BY item_held WHERE owner = ? AND leased_until < ? LIMIT ?)`,
  release: `UPDATE item INDEXED BY item_held SET ${free} WHERE owner = ?`,
  releaseFeed: `UPDATE item INDEXED BY item_held SET ${free} WHERE owner = ? AND component = ?`,
  releaseAll: `UPDATE item INDEXED BY item_held SET ${free} WHERE owner IS NOT NULL`,
  begin: `UPDATE item SET state = 'fetching', uncertain = 1 WHERE ${held}`,
  settle: `UPDATE item SET state = 'acknowledged', reason = NULL, uncertain = 0, next_attempt_at = 0, ${free},
    delivered = max(delivered, $present), duplicate = max(0, $total - max(delivered, $present)),
    dead_lettered = $deadLettered, filtered = $filtered, ended_at = $at
    WHERE component = $component AND id = $id AND lease = $lease AND ${open}`,
  retryLater: `UPDATE item SET attempts = attempts + 1, state = 'listed', next_attempt_at = ?, reason = ?, ${free}
    WHERE ${held}`,
  giveUp: `UPDATE item SET state = ?, reason = ?, ended_at = ?, next_attempt_at = 0, ${free} WHERE ${held}`,
  reset: `UPDATE item SET state = 'listed', reason = NULL, next_attempt_at = 0, attempts = 0, ended_at = NULL,
    owner = ?, leased_until = ?, lease = lease + 1 WHERE ${one} RETURNING *`,
  noteReplayed: `UPDATE item SET delivered = delivered + ?, duplicate = duplicate + ?,
    dead_lettered = max(0, dead_lettered - ?), filtered = filtered + ? WHERE ${one}`,
  between: `SELECT * FROM item INDEXED BY item_by_time
    WHERE component = ? AND (created_ms, item) > (?, ?) AND created_ms < ? ORDER BY created_ms, item LIMIT 500`,
  count: 'SELECT state, count(*) AS items FROM item WHERE component = ? GROUP BY state',
  countFiltered: 'SELECT sum(filtered) AS filtered FROM item WHERE component = ?',
  prune: `DELETE FROM item WHERE item IN (SELECT item FROM item INDEXED BY item_ended
    WHERE state NOT IN ('listed', 'fetching') AND created_ms < ? LIMIT ?)`,
} as const;

export function prepareItemStatements(database: DatabaseSync): ItemStatements {
  const prepare = (name: keyof typeof statements) => database.prepare(statements[name]);
  return {
    add: prepare('add'),
    makeReady: prepare('makeReady'),
    fresh: prepare('fresh'),
    older: prepare('older'),
    nextDue: prepare('nextDue'),
    nextFree: prepare('nextFree'),
    lease: prepare('lease'),
    renew: prepare('renew'),
    release: prepare('release'),
    releaseFeed: prepare('releaseFeed'),
    releaseAll: prepare('releaseAll'),
    begin: prepare('begin'),
    settle: prepare('settle'),
    retryLater: prepare('retryLater'),
    giveUp: prepare('giveUp'),
    reset: prepare('reset'),
    noteReplayed: prepare('noteReplayed'),
    between: prepare('between'),
    count: prepare('count'),
    countFiltered: prepare('countFiltered'),
    prune: prepare('prune'),
  };
}
