// Stands between the output and a real Elasticsearch and breaks requests by plan: before they arrive, after they were
// carried out, half way through the answer. What it lets through is the server's own.

import { createServer, type IncomingHttpHeaders, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const faults = [
  'pass',
  /** 429 without asking the server. */
  'busy',
  /** 503 without asking the server. */
  'unavailable',
  /** The connection breaks before the request gets through. */
  'lost request',
  /** The request is carried out, its answer never comes. */
  'lost answer',
  /** The connection breaks while the server is still at work. */
  'cut at work',
  /** The request is carried out, a gateway says that it took too long. */
  'gateway timeout',
  /** Half the answer, then the connection breaks. */
  'half answer',
] as const;
export type ProxyFault = (typeof faults)[number];

interface Upstream {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export class FaultProxy {
  readonly counts = new Map<ProxyFault, number>();
  readonly #server: Server;
  readonly #target: string;
  readonly #choose: (path: string) => ProxyFault;

  /** `choose` is asked as each request arrives. */
  constructor(target: string, choose: (path: string) => ProxyFault) {
    this.#target = target;
    this.#choose = choose;
    this.#server = createServer(async (incoming, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk);
      const { method = 'GET', url = '/', headers } = incoming;
      const fault = this.#choose(url);
      this.counts.set(fault, (this.counts.get(fault) ?? 0) + 1);
      await this.#answer(fault, response, () => this.#forward(method, url, headers, Buffer.concat(chunks)));
    });
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(
    fault: ProxyFault,
    response: ServerResponse,
    forward: () => Promise<Upstream>,
  ): Promise<void> {
    if (fault === 'lost request') return void response.destroy();
    if (fault === 'busy' || fault === 'unavailable')
      return reply(response, fault === 'busy' ? 429 : 503, {}, Buffer.from('{}'));
    const forwarded = forward();
    if (fault === 'cut at work') response.destroy();
    const answer = await forwarded.catch(() => undefined);
    if (!answer || fault === 'lost answer') return void response.destroy();
    if (fault === 'gateway timeout') return reply(response, 504, {}, Buffer.from('<html>'));
    if (fault === 'half answer') {
      response.writeHead(answer.status, answer.headers);
      response.write(answer.body.subarray(0, Math.floor(answer.body.length / 2)), () => response.destroy());
      return;
    }
    if (!response.destroyed) reply(response, answer.status, answer.headers, answer.body);
  }

  #forward(method: string, path: string, headers: IncomingHttpHeaders, body: Buffer): Promise<Upstream> {
    return new Promise((resolve, reject) => {
      const outgoing = request(
        `${this.#target}${path}`,
        { method, headers, agent: false },
        async (incoming) => {
          const chunks: Buffer[] = [];
          for await (const chunk of incoming) chunks.push(chunk);
          const { 'transfer-encoding': _, ...kept } = incoming.headers;
          const answer = Buffer.concat(chunks);
          const sized = { ...kept, 'content-length': String(answer.length) };
          resolve({ status: incoming.statusCode ?? 0, headers: sized, body: answer });
        },
      );
      outgoing.once('error', reject);
      outgoing.end(body);
    });
  }
}

function reply(response: ServerResponse, status: number, headers: IncomingHttpHeaders, body: Buffer): void {
  response.writeHead(status, headers);
  response.end(body);
}
