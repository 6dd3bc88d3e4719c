// The template of a data stream may change hands while documents flow.

import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { systemClock } from '../../../input/contract/clock.ts';
import { type Connection, connect } from '../../../input/outputs/elasticsearch/connect/connection.ts';
import type { DeliveryResult } from '../../../input/outputs/elasticsearch/delivery.ts';
import { templateGuard } from '../../../input/outputs/elasticsearch/template/template-guard.ts';
import { never } from './harness.ts';
import { StandIn } from './stand-in.ts';

const dataStream = 'logs-o365.audit-test';
const minute = 60_000;
let server: StandIn;
let connection: Connection;

beforeEach(async () => {
  server = await new StandIn().listen();
  connection = await connect({ hosts: [server.url], proxyDisable: true });
});

afterEach(async () => {
  await connection.close();
  await server.close();
});

test('a package that comes while this runs is noticed within minutes, and once it has gone others’ documents are looked for', async () => {
  const owner = (_meta: object) =>
    server.answers.set(dataStream, (_, { reply }) =>
      reply(200, { data_streams: [{ template: 'logs-o365.audit', _meta }] }),
    );
  let now = 0;
  const forgotten: string[] = [];
  let delivered = 0;
  const delivery: DeliveryResult = {
    resend: [],
    resendLater: [],
    resendApart: [],
    failure: undefined,
    accepted: true,
    settled: true,
    maximumBytes: undefined,
  };
  const deliver = templateGuard(
    {
      connection,
      clock: { ...systemClock, now: () => now },
      foreignDocuments: { forget: (name) => void forgotten.push(name) },
    },
    async () => {
      delivered += 1;
      return delivery;
    },
  );
  const send = async () => (await deliver(dataStream, [], never)).failure?.message;
  owner({ managed_by: 'm365' });
  expect(await send()).toBeUndefined();
  owner({ package: { name: 'o365' } });
  expect(await send()).toBeUndefined();
  now += 5 * minute;
  expect(await send()).toContain('of the package "o365"');
  expect([delivered, forgotten]).toEqual([2, [dataStream]]);
  owner({ package: { name: 'm365' } });
  expect(await send()).toBeUndefined();
  expect(delivered).toBe(3);
});
