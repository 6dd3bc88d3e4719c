// The table of checkpoints: small facts that the ledger keeps for each component.

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Component } from '../../contract/component.ts';
import type { Checkpoints } from '../../contract/state.ts';
import type { Access } from './access.ts';
import type { Components } from './components.ts';
import { readText } from './rows.ts';

export class SqliteCheckpoints implements Checkpoints {
  readonly #access: Access;
  readonly #components: Components;
  readonly #get: StatementSync;
  readonly #set: StatementSync;
  readonly #add: StatementSync;
  readonly #change: StatementSync;

  constructor(database: DatabaseSync, components: Components, access: Access) {
    this.#access = access;
    this.#components = components;
    this.#get = database.prepare('SELECT value FROM checkpoint WHERE component = ? AND name = ?');
    this.#set = database.prepare(
      'INSERT OR REPLACE INTO checkpoint (component, name, value) VALUES (?, ?, ?)',
    );
    this.#add = database.prepare(
      'INSERT OR IGNORE INTO checkpoint (component, name, value) VALUES (?, ?, ?)',
    );
    this.#change = database.prepare(
      'UPDATE checkpoint SET value = ? WHERE component = ? AND name = ? AND value = ?',
    );
  }

  get(component: Component, name: string): Promise<string | undefined> {
    return this.#access.read(() => {
      const row = this.#get.get(this.#components.find(component), name);
      return row && readText(row, 'value');
    });
  }

  set(component: Component, name: string, value: string): Promise<void> {
    return this.#access.write(() => {
      this.#set.run(this.#components.findOrAdd(component), name, value);
    });
  }

  compareAndSet(
    component: Component,
    name: string,
    expected: string | undefined,
    value: string,
  ): Promise<boolean> {
    return this.#access.write(() => {
      const number = this.#components.findOrAdd(component);
      const { changes } =
        expected === undefined
          ? this.#add.run(number, name, value)
          : this.#change.run(value, number, name, expected);
      return Number(changes) > 0;
    });
  }
}
