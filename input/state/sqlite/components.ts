// The table of components, which gives each a short number, so that no row repeats a tenant's GUID and a feed's name.

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type Component, isFeed } from '../../contract/component.ts';
import type { Feed } from '../../contract/feed.ts';
import { readInteger, readText } from './rows.ts';

/** The columns of a component in its table: type, tenant, source and feed, empty where it has none. */
type Columns = [type: string, tenant: string, source: string, feed: string];

export class Components {
  readonly #find: StatementSync;
  readonly #add: StatementSync;
  readonly #feeds: StatementSync;

  constructor(database: DatabaseSync) {
    this.#find = database.prepare(
      'SELECT component FROM component WHERE type = ? AND tenant = ? AND source = ? AND feed = ?',
    );
    this.#add = database.prepare(
      'INSERT INTO component (type, tenant, source, feed) VALUES (?, ?, ?, ?) RETURNING component',
    );
    this.#feeds = database.prepare(
      `SELECT tenant, source, feed FROM component WHERE type = 'feed' ORDER BY tenant, source, feed`,
    );
  }

  /** The number of a component; 0, which none has, while nothing was ever written about it. */
  find(component: Component): number {
    const row = this.#find.get(...columnsOf(component));
    return row ? readInteger(row, 'component') : 0;
  }

  feeds(): Feed[] {
    return this.#feeds.all().map((row) => ({
      tenant: readText(row, 'tenant'),
      source: readText(row, 'source'),
      name: readText(row, 'feed'),
    }));
  }

  /** The sources of which anything was ever remembered. */
  sources(): string[] {
    return [...new Set(this.feeds().map(({ source }) => source))];
  }

  /** Within a transaction. */
  findOrAdd(component: Component): number {
    const known = this.find(component);
    if (known > 0) return known;
    const row = this.#add.get(...columnsOf(component));
    if (!row) throw new TypeError('an inserted component came back without its number');
    return readInteger(row, 'component');
  }
}

function columnsOf(component: Component): Columns {
  if (isFeed(component)) return ['feed', component.tenant, component.source, component.name];
  switch (component.kind) {
    case 'stream':
      return ['stream', component.tenant, component.source, ''];
    case 'ledger':
      return ['ledger', '', '', ''];
    default:
      return [component.kind, '', '', component.name];
  }
}
