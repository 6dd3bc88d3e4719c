// A look at a ledger that another process may be writing: read only, without the lock of its folder. Its tables are
// those of input/delivery, asked through the same code.

import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { BlobState, Gap, LedgerBlob, Scope } from '../contract.ts';
import { ContentBlobs } from '../delivery/content-blobs.ts';
import { ledgerFile } from '../delivery/ledger-file.ts';
import { applicationId, migrations, readVersion } from '../delivery/ledger-schema.ts';
import { readText } from '../delivery/row.ts';
import { ScopeFacts, Scopes } from '../delivery/scopes.ts';
import { OperatorError } from '../errors.ts';

export class LedgerView implements Disposable {
  readonly #database: DatabaseSync;
  readonly #blobs: ContentBlobs;
  readonly #facts: ScopeFacts;

  constructor(file: string) {
    this.#database = new DatabaseSync(file, { readOnly: true });
    const scopes = new Scopes(this.#database);
    this.#blobs = new ContentBlobs(this.#database, scopes);
    this.#facts = new ScopeFacts(this.#database, scopes);
  }

  /** Content types only; what is kept for a tenant as a whole has none. */
  scopes(): readonly Scope[] {
    return this.#database
      .prepare('SELECT tenant, content_type FROM scope ORDER BY tenant, content_type')
      .all()
      .map((row) => ({ tenantId: readText(row, 'tenant'), contentType: readText(row, 'content_type') }))
      .filter(({ contentType }) => contentType !== '');
  }

  countByState(scope: Scope): Record<BlobState, number> {
    return this.#blobs.countByState(scope);
  }

  blobsBetween(scope: Scope, from: number, to: number): Iterable<LedgerBlob> {
    return this.#blobs.between(scope, new Date(from).toISOString(), new Date(to).toISOString());
  }

  gapsBetween(scope: Scope, from: number, to: number): readonly Gap[] {
    return this.#facts.gapsBetween(scope, new Date(from).toISOString(), new Date(to).toISOString());
  }

  fact(scope: Scope, name: string): string | undefined {
    return this.#facts.get(scope, name);
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}

/** Throws an OperatorError where there is no ledger, or one of another version. */
export function viewLedger(stateFolder: string): LedgerView {
  const file = ledgerFile(stateFolder);
  if (!existsSync(file)) throw noLedger(stateFolder);
  refuseOtherSchema(file);
  return new LedgerView(file);
}

/** The same look at any file, for an import. */
export function refuseOtherSchema(file: string, whole = false): void {
  const database = openDatabase(file);
  try {
    const version = readVersion(database);
    const application = Number(database.prepare('PRAGMA application_id').get()?.application_id);
    if (application !== applicationId) throw notALedger(file);
    if (version > migrations.length) throw otherSchema(file, version);
    const verdict = whole ? Object.values(database.prepare('PRAGMA quick_check(1)').get() ?? {})[0] : 'ok';
    if (verdict !== 'ok') throw notALedger(file);
  } catch (error) {
    throw error instanceof OperatorError ? error : notALedger(file, error);
  } finally {
    database.close();
  }
}

function openDatabase(file: string): DatabaseSync {
  try {
    return new DatabaseSync(file, { readOnly: true });
  } catch (cause) {
    throw notALedger(file, cause);
  }
}

function noLedger(folder: string): OperatorError {
  return new OperatorError({
    code: 'no-ledger',
    message: `There is no ledger in ${folder}.`,
    advice: 'Name the policy whose state_folder it is, or the folder with --state; m365 run makes one.',
    retry: { kind: 'never' },
  });
}

function notALedger(file: string, cause?: unknown): OperatorError {
  return new OperatorError({
    code: 'not-a-ledger',
    message: `${file} is not a sound ledger.`,
    advice: 'Take a file that m365 state export wrote; a damaged ledger is set aside by the next m365 run.',
    retry: { kind: 'never' },
    cause,
  });
}

function otherSchema(file: string, version: number): OperatorError {
  return new OperatorError({
    code: 'ledger-newer',
    message: `${file} was written by a newer version of this program (schema ${version}).`,
    advice: 'Use that version.',
    retry: { kind: 'never' },
  });
}
