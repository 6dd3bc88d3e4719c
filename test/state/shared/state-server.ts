// The ledger of one folder, for several processes: every call of theirs is answered by the same SQLite code over loopback
// HTTP. It stands where a server of any other kind could stand.

import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { SqliteLedger } from '../../../input/state/sqlite/sqlite-ledger.ts';

/** A method of one of the parts of the state. */
export interface Call {
  readonly part: 'checkpoints' | 'work';
  readonly method: string;
  readonly args: readonly unknown[];
}

export class StateServer {
  readonly #ledger: SqliteLedger;
  readonly #server: Server;

  constructor(ledger: SqliteLedger) {
    this.#ledger = ledger;
    this.#server = createServer(async (request, response) => {
      try {
        response.end(JSON.stringify({ value: await this.#answer(request) }));
      } catch (error) {
        response.writeHead(500).end(String(error));
      }
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage): Promise<unknown> {
    const { part, method, args }: Call = JSON.parse(await text(request));
    const answering = this.#ledger[part];
    const found: unknown = Reflect.get(answering, method);
    if (typeof found !== 'function') throw new TypeError(`${part} has no ${method}`);
    // JSON has no undefined within an array.
    const given = args.map((arg) => arg ?? undefined);
    const answer: unknown = await Reflect.apply(found, answering, given);
    return isIterable(answer) ? readAll(answer) : answer;
  }
}

function isIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

async function readAll(items: AsyncIterable<unknown>): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const item of items) all.push(item);
  return all;
}
