// A small HTTP server that answers as Elasticsearch documents it, as far as the output asks: documents are invisible to
// a search until a refresh, and `create` refuses an id only within the newest backing index. Faults come by plan.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** The body, decompressed. */
  readonly body: string;
  /** The ids of a bulk request. */
  readonly ids: readonly string[];
}

/** A fault: it handles one request instead of, or around, the usual answer. */
export type StandInFault = (seen: Seen, exchange: Exchange) => void;

interface Exchange {
  /** Carries out the request and returns the body of the usual answer. */
  perform(): unknown;
  reply(status: number, body: unknown, headers?: Record<string, string>): void;
  /** Breaks the connection. */
  cut(): void;
}

export type ItemResult = { status: number; error?: { type: string; reason: string } } & Record<
  string,
  unknown
>;

export class StandIn {
  readonly seen: Seen[] = [];
  /** Faults, one for each bulk request in order; afterwards everything works. */
  readonly bulkFaults: StandInFault[] = [];
  /** Faults by path ending, for every request. */
  readonly answers = new Map<string, StandInFault>();
  /** Returns an outcome other than created for an id; undefined lets it through. */
  judgeItem: (id: string, body: string) => ItemResult | undefined = () => undefined;
  /** A pipeline that names documents anew, and the fields by which they are then found; undefined leaves the name. */
  pipeline: (body: string) => { id: string; fields: Record<string, string> } | undefined = () => undefined;
  readonly #fields = new Map<string, Record<string, string>>();
  /** The backing indices, each id → visible to searches. The last is written to. */
  indices: Map<string, boolean>[] = [new Map()];
  inFlight = 0;
  mostInFlight = 0;
  version = '9.1.0';
  cluster = 'a cluster';
  readonly #server: Server;

  constructor(certificate?: ServerOptions) {
    const receive = (request: IncomingMessage, response: ServerResponse) =>
      void this.#receive(request, response);
    this.#server = certificate ? createTlsServer(certificate, receive) : createServer(receive);
  }

  async listen(port = 0): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
    return this;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get bulks(): readonly Seen[] {
    return this.seen.filter(({ path }) => path.endsWith('/_bulk'));
  }

  /** The ids of all stored documents, one for each. */
  get stored(): string[] {
    return this.indices.flatMap((index) => [...index.keys()]).sort();
  }

  rollOver(): void {
    this.indices.push(new Map());
  }

  /** The name of the backing index that is written to. */
  writeIndexOf(dataStream: string): string {
    return `.ds-${dataStream}-2026.01.02-${String(this.indices.length).padStart(6, '0')}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.inFlight += 1;
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
    response.once('close', () => {
      this.inFlight -= 1;
    });
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const raw = Buffer.concat(chunks);
    const body = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw).toString();
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    const isBulk = path.endsWith('/_bulk');
    const seen: Seen = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body,
      ids: isBulk ? readIds(body) : [],
    };
    this.seen.push({ ...seen, path });
    const exchange: Exchange = {
      perform: () => this.#perform(path, body),
      reply: (status, answer, headers = {}) => {
        response.writeHead(status, {
          'content-type': 'application/json',
          'x-elastic-product': 'Elasticsearch',
          ...headers,
        });
        response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
      },
      cut: () => request.socket.destroy(),
    };
    const fault = (isBulk ? this.bulkFaults.shift() : undefined) ?? this.#answerFor(path);
    if (fault) fault(seen, exchange);
    else exchange.reply(200, exchange.perform());
  }

  #answerFor(path: string): StandInFault | undefined {
    for (const [ending, fault] of this.answers) if (path.endsWith(ending)) return fault;
    return undefined;
  }

  #perform(path: string, body: string): unknown {
    if (path.endsWith('/_bulk')) return this.#bulk(path.split('/')[1] ?? '', body);
    if (path.endsWith('/_refresh')) return this.#refresh();
    if (path.endsWith('/_search')) return this.#search(body);
    return {
      cluster_uuid: this.cluster,
      version: { number: this.version, build_flavor: 'default' },
    };
  }

  #bulk(dataStream: string, body: string): unknown {
    const _index = this.writeIndexOf(dataStream);
    const lines = body.split('\n');
    const index = this.indices.at(-1) ?? new Map<string, boolean>();
    const items: { create: ItemResult }[] = [];
    for (let at = 0; at + 1 < lines.length; at += 2) {
      const given: string = JSON.parse(lines[at] ?? '').create._id;
      const judged = this.judgeItem(given, lines[at + 1] ?? '');
      const named = this.pipeline(lines[at + 1] ?? '');
      const id = named?.id ?? given;
      if (named) this.#fields.set(id, named.fields);
      const type = 'version_conflict_engine_exception';
      if (judged) items.push({ create: judged });
      else if (index.has(id))
        items.push({ create: { _index, _id: id, status: 409, error: { type, reason: 'exists' } } });
      else {
        index.set(id, false);
        items.push({ create: { _index, _id: id, status: 201 } });
      }
    }
    return { errors: items.some(({ create }) => create.error), items };
  }

  #refresh(): unknown {
    for (const index of this.indices) for (const id of index.keys()) index.set(id, true);
    return { _shards: { total: 1, successful: 1, failed: 0 } };
  }

  #search(body: string): unknown {
    const { query, size } = JSON.parse(body);
    const matches = (query.bool?.should ?? [query]).map(
      ({ ids, terms }: { ids?: { values: string[] }; terms?: Record<string, string[]> }) => {
        const [[field, values] = ['_id', ids?.values ?? []]] = Object.entries(terms ?? {});
        const wanted = new Set(values);
        return (id: string) => wanted.has(field === '_id' ? id : (this.#fields.get(id)?.[field] ?? ''));
      },
    );
    const hits = this.indices.flatMap((index) =>
      [...index]
        .filter(([id, visible]) => visible && matches.some((match: (id: string) => boolean) => match(id)))
        .map(([id]) => ({ _id: id, fields: asLists(this.#fields.get(id)) })),
    );
    return { timed_out: false, hits: { hits: hits.slice(0, size) } };
  }
}

function asLists(fields: Record<string, string> = {}): Record<string, string[]> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, [value]]));
}

function readIds(body: string): string[] {
  const lines = body.split('\n');
  return lines.flatMap((line, index) =>
    index % 2 === 0 && line ? [JSON.parse(line).create?._id ?? []].flat() : [],
  );
}
