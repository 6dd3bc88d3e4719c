// Reads every page of a ledger in a thread of its own: with tens of millions of Ids that takes many seconds, for which this
// process would answer nobody.

import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';

/** It stands here as text, because a program in one file has no other file to start a thread from. */
const reading = `
const { parentPort, workerData } = require('node:worker_threads');
const { DatabaseSync } = require('node:sqlite');
const database = new DatabaseSync(workerData, { readOnly: true });
const [verdict] = Object.values(database.prepare('PRAGMA integrity_check(1)').get() ?? {});
database.close();
parentPort.postMessage(String(verdict));
`;

/** Resolves with what SQLite says of the file, "ok" or the first damage; undefined where it could not be read so. */
export function lookThroughApart(file: string): Promise<string | undefined> {
  if (!existsSync(file)) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const worker = new Worker(reading, { eval: true, workerData: file });
    worker.once('message', (verdict: unknown) => resolve(String(verdict)));
    // Whoever opens the file next meets the same, and says what it means.
    worker.once('error', () => resolve(undefined));
    worker.once('exit', () => resolve(undefined));
  });
}
