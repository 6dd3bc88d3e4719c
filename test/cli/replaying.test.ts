// `m365 replay dead-letters` where the bytes that were kept are no longer what they were.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { startEmulator } from '../../input/emulator/index.ts';
import { makeWorkplace, readDelivered, streamFor } from '../end-to-end/harness.ts';
import { runHere as run } from './command.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A tenant of which one record, and nothing else, was kept because it is too large. */
async function keepOne() {
  const emulator = await startEmulator({ tenants: [{ content: { records: 0, ratePerMinute: 0 } }] });
  closers.push(() => emulator.close());
  const large = { Id: 'large-1', CreationTime: '2026-11-20T08:00:00', Operation: 'x'.repeat(100_000) };
  const contentCreated = new Date(Date.now() - 60_000).toISOString();
  emulator.publish({ contentType: 'Audit.General', records: [large], contentCreated });
  const place = await makeWorkplace({ streams: [streamFor(emulator)] });
  const small = await makeWorkplace({
    streams: [streamFor(emulator, 0, { maximum_record_size: '64KiB' })],
    output: { type: 'file', path: place.output },
    process: { state_folder: place.state },
  });
  closers.push(place.remove, small.remove);
  expect((await run(['run', '--once', '--policy', small.policy])).code).toBe(0);
  const letters = join(place.state, 'dead-letters');
  const [raw = ''] = readdirSync(letters).filter((name) => name.endsWith('.raw'));
  return { place, raw: join(letters, raw) };
}

test.each([
  ['was cut', (bytes: Buffer) => bytes.subarray(0, 70_000)],
  ['is empty', () => Buffer.alloc(0)],
  ['holds nothing', (bytes: Buffer) => Buffer.alloc(bytes.length)],
  ['is something else', () => Buffer.from('[]')],
])(
  'a record whose file %s is not delivered: its letter stays, and fetching it again mends it',
  async (_, spoil) => {
    const { place, raw } = await keepOne();
    writeFileSync(raw, spoil(readFileSync(raw)));
    const replayed = await run(['replay', 'dead-letters', '--policy', place.policy]);
    expect([replayed.code, replayed.stdout]).toEqual([
      1,
      expect.stringMatching(/the bytes of its record are damaged .*\n.*\n1 letters stay/),
    ]);
    expect(await readDelivered(place.output)).toEqual([]);
    expect((await run(['prove', '--policy', place.policy, '--to', '0s'])).code).toBe(1);
    expect((await run(['replay', 'window', '--from', '1h', '--policy', place.policy])).code).toBe(0);
    expect(await readDelivered(place.output)).toEqual(['large-1']);
  },
);
