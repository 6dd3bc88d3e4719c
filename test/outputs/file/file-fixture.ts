// A file output with its ledger on temporary folders, and a reader of its files.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Output, OutputDocument, WriteReport } from '../../../input/contract/output.ts';
import type { RecordKey } from '../../../input/contract/state.ts';
import { type FileOutputParts, fileOutput } from '../../../input/outputs/file/file-output.ts';
import type { FileOptions } from '../../../input/outputs/file/options.ts';
import { openState } from '../../../input/runtime/open-state.ts';
import type { SqliteLedger } from '../../../input/state/sqlite/sqlite-ledger.ts';
import { noon, noonSeconds, recordingLog, steppingClock } from '../../state/state-folder.ts';

export const never = new AbortController().signal;
export const dataStream = 'logs-o365.audit-default';

export interface Opened {
  readonly output: Output;
  readonly ledger: SqliteLedger;
  readonly clock: ReturnType<typeof steppingClock>;
  readonly log: ReturnType<typeof recordingLog>;
  readonly events: string;
  close(): Promise<void>;
}

export async function openFileOutput(
  folder: string,
  options: Partial<FileOptions> & Partial<FileOutputParts> & { start?: number } = {},
): Promise<Opened> {
  const clock = steppingClock(options.start ?? noon);
  const log = recordingLog();
  const events = join(folder, 'events');
  const ledger = await openState({ folder: join(folder, 'state'), clock, log });
  const output = fileOutput(
    { path: events, ...options },
    { ledger: ledger.delivery, clock, log, ...options },
  );
  await output.open(never);
  const close = async () => {
    await output.close();
    await ledger.close();
  };
  return { output, ledger, clock, log, events, close };
}

export function document(id: string, fields: object = {}): OutputDocument {
  const body = { event: { kind: 'event' }, '@timestamp': '2026-03-01T12:00:00Z', message: id, ...fields };
  return { id, dataStream, body: Buffer.from(JSON.stringify(body)) };
}

export const keyOf = ({ id }: OutputDocument): RecordKey => ({ id, seconds: noonSeconds });

export function write(output: Output, ...ids: string[]): Promise<WriteReport> {
  return output.write(
    ids.map((id) => document(id)),
    { signal: never, uncertain: false },
  );
}

/** Delivers as the collector does: writes, then commits with the length. */
export async function deliver({ output, ledger }: Opened, ...ids: string[]): Promise<void> {
  const { fileLength } = await write(output, ...ids);
  await ledger.delivery.commit({
    keys: ids.map((id) => keyOf(document(id))),
    fileLength,
  });
}

export function filesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.ndjson'))
    .sort()
    .map((name) => join(folder, name));
}

export function idsIn(folder: string): string[] {
  return filesIn(folder).flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => String(JSON.parse(line)._id)),
  );
}
