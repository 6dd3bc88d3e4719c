// The HTTP server under the emulator: it listens on the loopback address, reads each request whole and turns what goes
// wrong into an answer.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OperatorError } from '../../contract/errors.ts';
import { soundWire } from '../faults/wire.ts';
import { answerJson, type HttpAnswer } from './answer.ts';
import { deliver } from './deliver.ts';

export interface Listener {
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  /** Stops listening and cuts the connections that are open. */
  close(): Promise<void>;
}

/** Answers one request whose body was read. It resolves when the answer is sent or the connection is gone. */
export type Handle = (request: IncomingMessage, body: string, response: ServerResponse) => Promise<void>;

/** Listens on a port of the loopback address alone. Throws an OperatorError when the port cannot be had. */
export async function listen(port: number, handle: Handle): Promise<Listener> {
  const server = createServer((request, response) => {
    void run(handle, request, response);
  });
  // A client that keeps a connection decides itself when to let go of it.
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(explainPort(port, error)));
    server.listen(port, '127.0.0.1', resolve);
  });
  return { url: `http://127.0.0.1:${readPort(server)}`, close: () => close(server) };
}

const explainPort = (port: number, cause: Error): OperatorError =>
  new OperatorError({
    code: 'emulator-port',
    message: `The emulator cannot listen on 127.0.0.1:${port}: ${cause.message}.`,
    advice: 'Choose another port, or 0 for any free one.',
    retry: { kind: 'never' },
    cause,
  });

async function run(handle: Handle, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    await handle(request, await readBody(request), response);
  } catch (error) {
    if (request.destroyed && response.headersSent) return;
    const answer = explain(error);
    if (response.headersSent) response.destroy();
    else await deliver(response, answer, { wire: soundWire, now: Date.now(), gzip: false });
  }
}

const explain = (error: unknown): HttpAnswer =>
  error instanceof OperatorError
    ? answerJson(400, { error: error.message, advice: error.advice })
    : answerJson(500, { error: error instanceof Error ? (error.stack ?? error.message) : String(error) });

async function readBody(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

const isAddress = (address: AddressInfo | string | null): address is AddressInfo =>
  typeof address === 'object' && address !== null;

function readPort(server: Server): number {
  const address = server.address();
  return isAddress(address) ? address.port : 0;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
