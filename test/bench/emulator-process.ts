// Starts an emulator beside the measured process, so that its work is not counted.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { EmulatorOptions } from '../../input/emulator/index.ts';
import { type EmulatedPlace, type PolicyStream, streamFor } from '../end-to-end/harness.ts';

export interface EmulatorProcess {
  /** The stream settings of the first tenant. */
  readonly stream: PolicyStream;
  /** The stream settings of every tenant, in order. */
  readonly streams: readonly PolicyStream[];
  readonly url: string;
  readonly tenants: EmulatedPlace['tenants'];
  /** Returns every Id the emulator made available, each once. */
  distinctIds(): Promise<Set<string>>;
  stop(): Promise<void>;
}

export async function startEmulatorProcess(options: EmulatorOptions): Promise<EmulatorProcess> {
  const child = fork(join(import.meta.dirname, 'emulator-child.ts'), [JSON.stringify(options)], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  const emulated: EmulatedPlace = await new Promise((resolve, reject) => {
    child.once('message', (message: EmulatedPlace) => resolve(message));
    child.once('exit', (code) => reject(new Error(`the emulator ended with ${code}`)));
  });
  const streams = emulated.tenants.map((_, index) =>
    streamFor(emulated, index, { requests_per_minute: 100_000 }),
  );
  const [stream] = streams;
  if (stream === undefined) throw new RangeError('the emulator has no tenant');
  return {
    stream,
    streams,
    url: emulated.url,
    tenants: emulated.tenants,
    distinctIds: () => readIds(`${emulated.url}/emulator/truth/ids`),
    async stop() {
      child.kill();
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}

async function readIds(url: string): Promise<Set<string>> {
  const ids = new Set<string>();
  const { body } = await fetch(url);
  if (!body) return ids;
  for await (const line of createInterface({ input: Readable.fromWeb(body) })) {
    const entry: unknown = JSON.parse(line);
    if (typeof entry === 'object' && entry !== null && 'id' in entry) ids.add(String(entry.id));
  }
  return ids;
}
