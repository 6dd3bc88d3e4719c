// The records of the crash test: their Ids and times follow from their number.

import type { OutputDocument } from '../../../input/contract/output.ts';
import type { RecordKey } from '../../../input/contract/state.ts';

const tenant = '0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7';
const hour = 3_600;

const idOf = (number: number) =>
  `${tenant}:${number.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`;

/** Some records are so old that the ledger keeps them by their arrival. */
export function documentOf(number: number): OutputDocument {
  const time = (Date.UTC(2026, 0, 1) / 1000 + number * hour) * 1000;
  const body = {
    event: { kind: 'event' },
    '@timestamp': new Date(time).toISOString(),
    message: 'é'.repeat(number % 50),
  };
  return { id: idOf(number), dataStream: 'logs-o365.audit-default', body: Buffer.from(JSON.stringify(body)) };
}

export function keyOf({ id, body }: OutputDocument): RecordKey {
  return { id, seconds: Date.parse(JSON.parse(body.toString())['@timestamp']) / 1000 };
}
