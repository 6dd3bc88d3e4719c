import { afterEach, expect, test } from '@jest/globals';
import { startEmulator } from '../../input/emulator/index.ts';
import { readDeadLetters } from '../../input/state/dead-letters/dead-letters.ts';
import { runHere as run } from '../cli/command.ts';
import { makeWorkplace, streamFor } from '../end-to-end/harness.ts';
import { StandIn } from '../outputs/elasticsearch/stand-in.ts';
import { readAll } from '../state/state-folder.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const contentType = 'Audit.General';
const refused = { status: 400, error: { type: 'mapper_parsing_exception', reason: 'no' } };

test('a letter holds the record that was refused, whatever stood before it in its batch', async () => {
  const emulator = await startEmulator({ tenants: [{ content: { records: 0, ratePerMinute: 0 } }] });
  closers.push(() => emulator.close());
  const server = await new StandIn().listen();
  closers.push(() => server.close());
  server.judgeItem = (id) => (id.includes('refused') ? refused : undefined);
  const output = { type: 'elasticsearch', hosts: [server.url], api_key: 'a:bcdef', proxy_disable: true };
  const place = await makeWorkplace({ streams: [streamFor(emulator)], output });
  closers.push(place.remove);
  const publish = (...ids: string[]) => {
    const records = ids.map((Id) => ({ Id, CreationTime: '2026-11-20T08:00:00', Name: `Zoë ${Id}` }));
    const contentCreated = new Date(Date.now() - 60_000).toISOString();
    emulator.publish({ contentType, records, contentCreated });
    return records.map((record) => JSON.stringify(record));
  };
  const first = publish('a', 'refused-1', 'b');
  await run(['run', '--once', '--policy', place.policy]);
  const second = publish('a', 'b', 'c', 'refused-2', 'd', 'refused-3');
  await run(['run', '--once', '--policy', place.policy]);
  const letters = await readAll(readDeadLetters(place.state));
  expect(letters.map(({ record }) => record)).toEqual([first[1], second[3], second[5]]);
});
