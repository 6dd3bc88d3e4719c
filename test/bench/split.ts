// Measures how fast content blobs are cut into records, on one core: megabytes and records a second.

import { RecordSplitter } from '../../input/json-stream/record-splitter.ts';

const chunkBytes = 64 * 1024;

/** Makes a record much like those of Exchange: many short strings, one name–value list, about 1.7 KB. */
function makeRecord(number: number): object {
  return {
    CreationTime: '2026-11-20T07:58:41',
    Id: `0f0e0d0c-0b0a-0908-0706-${String(number).padStart(12, '0')}`,
    Operation: 'Set-Mailbox',
    OrganizationId: '11111111-2222-3333-4444-555555555555',
    RecordType: 1,
    ResultStatus: 'True',
    UserKey: 'i:0h.f|membership|1003000000000001@live.com',
    UserType: 2,
    Version: 1,
    Workload: 'Exchange',
    ClientIP: '203.0.113.7:51234',
    ObjectId: 'contoso.example/Users/Ann "the admin" Example',
    UserId: 'ann@contoso.example',
    AppId: '00000002-0000-0ff1-ce00-000000000000',
    ExternalAccess: false,
    OriginatingServer: 'AB1PR01MB0001 (15.20.4200.000)',
    Parameters: Array.from({ length: 16 }, (_, at) => ({
      Name: `Parameter${at}`,
      Value: `some value ${number * at} of it`,
    })),
    SessionId: '5c1e9b1a-7a0f-4dbe-8f3c-0a0b0c0d0e0f',
  };
}

function makeBody(records: number): Buffer {
  return Buffer.from(JSON.stringify(Array.from({ length: records }, (_, number) => makeRecord(number))));
}

export interface SplitSpeed {
  readonly megabytesPerSecond: number;
  readonly recordsPerSecond: number;
}

export function measureSplit(totalBytes: number): SplitSpeed {
  const body = makeBody(5000);
  let bytes = 0;
  let records = 0;
  const startedAt = process.cpuUsage();
  while (bytes < totalBytes) {
    const splitter = new RecordSplitter({ maximumRecordBytes: 4 << 20, onOversized: () => {} });
    for (let at = 0; at < body.length; at += chunkBytes) {
      splitter.push(body.subarray(at, at + chunkBytes));
      records += splitter.take().count;
    }
    bytes += body.length;
  }
  const used = process.cpuUsage(startedAt);
  const seconds = (used.user + used.system) / 1e6;
  return { megabytesPerSecond: bytes / 1e6 / seconds, recordsPerSecond: records / seconds };
}

export async function main(args: readonly string[]): Promise<void> {
  const megabytes = Number(args[0] ?? 2000);
  measureSplit(100e6);
  const speed = measureSplit(megabytes * 1e6);
  console.log(
    `split: ${Math.round(speed.megabytesPerSecond)} MB/s, ${Math.round(speed.recordsPerSecond)} records/s of CPU time`,
  );
}
