// The rows about attempts that the ledger cannot know of, see UnrecordedAttempts. They outlive restarts, orderly ones too:
// what such an attempt may have sent is in doubt until the ledger knows it as delivered, or no source can serve it any more.

import type { DatabaseSync } from 'node:sqlite';
import type { UnrecordedAttempts } from '../../contract/state.ts';
import { readInteger } from './rows.ts';

/** What the ledger lacks: the attempts of others, such as of a ledger that is lost, or the last ones of its own. */
export type Lack = 'others' | 'own';

/** Within no transaction: it is durable before anything is sent. */
export function recordLack(database: DatabaseSync, lack: Lack, now: number): void {
  // What was taken away was sent after whatever is there: transactions go missing in order.
  database
    .prepare(
      `INSERT INTO unrecorded SELECT ?, ?, ifnull(max(n), 0) FROM acknowledged_index WHERE true
        ON CONFLICT (lack) DO UPDATE SET made_before = max(made_before, excluded.made_before),
          sent_after = min(sent_after, excluded.sent_after)`,
    )
    .run(lack, now);
}

export function readUnrecorded(database: DatabaseSync, forgottenBefore: number): UnrecordedAttempts[] {
  const rows = database.prepare('SELECT * FROM unrecorded WHERE made_before >= ?').all(forgottenBefore);
  return rows.map((row) => ({
    madeBefore: readInteger(row, 'made_before'),
    sentAfter: row.lack === 'own' ? readInteger(row, 'sent_after') : undefined,
  }));
}

export function forgetUnrecorded(database: DatabaseSync, forgottenBefore: number): void {
  database.prepare('DELETE FROM unrecorded WHERE made_before < ?').run(forgottenBefore);
}
