// Stands between the output and a real Elasticsearch and breaks requests by plan: before they arrive, after they were
// carried out, half way through the answer. What it lets through is the server's own. It can also answer some requests
// itself, as for a key that may not make them.

import { createServer, type IncomingHttpHeaders, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

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

/** A request that arrived. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The body, decompressed. */
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly body: object;
}

/** Answers a request in place of the server; undefined lets it through. */
export type AnswerItself = (asked: Asked) => Answer | undefined;

type ChooseFault = (path: string) => ProxyFault | Promise<ProxyFault>;

interface Upstream {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export class FaultProxy {
  readonly counts = new Map<ProxyFault, number>();
  /** The requests that the server never saw because they were refused, such as `POST /logs-x-y/_search`. */
  readonly refused: string[] = [];
  readonly #server: Server;
  readonly #target: string;
  readonly #choose: ChooseFault;
  readonly #answerItself: AnswerItself | undefined;

  /** `choose` is asked as each request arrives that is not answered here. */
  constructor(target: string, choose: ChooseFault, answerItself?: AnswerItself) {
    this.#target = target;
    this.#choose = choose;
    this.#answerItself = answerItself;
    this.#server = createServer(async (incoming, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk);
      const { method = 'GET', url = '/', headers } = incoming;
      const body = Buffer.concat(chunks);
      const own = this.#answerItself?.({ method, path: url, headers, body: textOf(headers, body) });
      if (own) {
        if (own.status >= 400) this.refused.push(`${method} ${url.split('?', 1)[0]}`);
        return reply(
          response,
          own.status,
          jsonHeaders,
          Buffer.from(method === 'HEAD' ? '' : JSON.stringify(own.body)),
        );
      }
      const fault = await this.#choose(url);
      this.counts.set(fault, (this.counts.get(fault) ?? 0) + 1);
      // A server without security knows no keys.
      const { authorization: _, ...passed } = headers;
      await this.#answer(fault, response, () => this.#forward(method, url, passed, body));
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

const jsonHeaders = { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' };

function textOf(headers: IncomingHttpHeaders, body: Buffer): string {
  return (headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString();
}

function reply(response: ServerResponse, status: number, headers: IncomingHttpHeaders, body: Buffer): void {
  response.writeHead(status, headers);
  response.end(body);
}
