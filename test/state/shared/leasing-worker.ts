// A process that works on items of a shared state, one step for each word on its standard input; it prints what each step
// came to as a line of JSON. Arguments: the server's address, the name of its owner.

import { createInterface } from 'node:readline';
import type { Lease, WorkItem } from '../../../input/contract/state.ts';
import { scope } from '../state-folder.ts';
import { remoteWork } from './remote-state.ts';

const [url = '', owner = ''] = process.argv.slice(2);
const work = remoteWork(url);
const lease: Lease = { owner, ms: 60_000 };
let held: readonly WorkItem[] = [];

const counts = { delivered: 1, duplicate: 0, deadLettered: 0 };
const onEach = (act: (item: WorkItem) => Promise<boolean>) => async () =>
  Promise.all(held.map(async (item) => [item.id, await act(item)]));

const steps: Readonly<Record<string, () => Promise<unknown>>> = {
  async take() {
    const taken = await work.take(scope, 2, lease);
    held = taken.toSorted((left, right) => (left.id < right.id ? -1 : 1));
    return held.map(({ id, uncertain }) => [id, uncertain]);
  },
  begin: onEach((item) => work.begin(scope, item)),
  settle: onEach((item) => work.settle(scope, item, counts, 0)),
  retryLater: onEach((item) => work.retryLater(scope, item, 1, 'HTTP 503')),
  giveUp: onEach((item) => work.giveUp(scope, item, 'expired', 'its date has passed', 0)),
  renew: () => work.renew(lease),
};

for await (const word of createInterface({ input: process.stdin }))
  process.stdout.write(`${JSON.stringify((await steps[word]?.()) ?? null)}\n`);
