// Starts an emulator with a fault plan for the tests of faults, and reads what comes over the wire to the last byte.

import { type IncomingMessage, request } from 'node:http';
import {
  contentTypes,
  type Emulator,
  type Fault,
  type FaultEntry,
  type FaultMatch,
} from '../../../input/emulator/index.ts';
import { Client, startAtNoon } from '../client.ts';

export const hour = 3_600_000;
export const general = 'Audit.General';

const started: Emulator[] = [];

/** Closes every emulator that was started here; for `afterEach`. */
export async function closeStarted(): Promise<void> {
  for (const emulator of started.splice(0)) await emulator.close();
}

/** Starts an emulator that plays the faults, and returns a client that has its token. */
export async function startWithFaults(...faults: readonly FaultEntry[]): Promise<Client> {
  const tenant = { subscribed: contentTypes, content: { records: 500, days: 0.8, recordsPerBlob: 20 } };
  const emulator = await startAtNoon({ tenants: [tenant], faults, pageSize: 2, gzip: false });
  started.push(emulator);
  const client = new Client(emulator);
  await client.signIn();
  return client;
}

/** Makes the entry of a plan that plays a fault on every request of an operation, or of several. */
export const on = (operation: FaultMatch['operation'], fault: Fault): FaultEntry => ({
  ...(operation === undefined ? {} : { match: { operation } }),
  fault,
});

export interface FaultyBlob {
  readonly client: Client;
  readonly contentUri: string;
  /** The body of the blob as it is without the fault. */
  readonly whole: string;
}

/** Starts with the fault on blobs, and returns a client and the first blob's address. */
export async function startOnBlob(fault: Fault): Promise<FaultyBlob> {
  const client = await startWithFaults();
  const { contentUri = '' } = (await client.list(general))[0] ?? {};
  const whole = await (await client.call(contentUri)).text();
  client.emulator.setFaults([on('blob', fault)]);
  return { client, contentUri, whole };
}

export interface RawResponse {
  readonly status: number | undefined;
  readonly headers: Record<string, unknown>;
  readonly rawHeaders: readonly string[];
  readonly body: string;
  readonly bytes: Buffer;
  /** The code with which the connection broke off; undefined when it did not. */
  readonly error: string | undefined;
}

/** Reads what comes over the wire, to the last byte that came. */
export async function readRaw(client: Client, url: string): Promise<RawResponse> {
  const authorization = `Bearer ${await client.signIn()}`;
  const address = new URL(url);
  address.searchParams.set('PublisherIdentifier', client.tenant.tenantId);
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    let response: IncomingMessage | undefined;
    const finish = (error?: NodeJS.ErrnoException): void => {
      const bytes = Buffer.concat(pieces);
      const { statusCode: status, headers = {}, rawHeaders = [] } = response ?? {};
      resolve({ status, headers, rawHeaders, bytes, body: bytes.toString(), error: error?.code });
    };
    const asked = request(address, { headers: { authorization }, agent: false }, (incoming) => {
      response = incoming;
      incoming.on('data', (piece: Buffer) => pieces.push(piece));
      incoming.on('error', finish);
      incoming.on('end', () => finish());
    });
    asked.on('error', finish);
    asked.end();
  });
}
