// Sends an answer while its body is being made, no faster than the client takes it, and plays the faults of the
// connection on the way.

import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { createGzip, gzipSync } from 'node:zlib';
import { soundWire, type Wire } from '../faults/wire.ts';
import type { HttpAnswer } from './answer.ts';

export interface DeliveryOptions {
  readonly wire: Wire;
  /** Milliseconds since the epoch, for the Date header. */
  readonly now: number;
  /** True when the body is to be compressed. */
  readonly gzip: boolean;
}

/** Resolves when the answer is sent, or the connection is gone. */
export async function deliver(
  response: ServerResponse,
  answer: HttpAnswer,
  options: DeliveryOptions,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  if (response.destroyed) gone.abort();
  try {
    await send(response, answer, options, gone.signal);
  } catch (error) {
    if (!gone.signal.aborted) throw error;
  }
}

async function send(
  response: ServerResponse,
  answer: HttpAnswer,
  options: DeliveryOptions,
  gone: AbortSignal,
): Promise<void> {
  const { wire } = options;
  if (wire.delayMs > 0) await delay(wire.delayMs, undefined, { signal: gone });
  if (wire.stopAt < 0 && (await breakOff(response, wire, gone)) === 'stop') return;
  const whole = readWholeBody(answer, options.gzip);
  writeHead(response, answer, options, whole);
  if (whole && wire === soundWire) {
    response.end(whole);
    return;
  }
  response.flushHeaders();
  await sendBody(response, whole ? [whole] : encode(answer.body, options.gzip), wire, gone);
}

async function sendBody(
  response: ServerResponse,
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  wire: Wire,
  gone: AbortSignal,
): Promise<void> {
  let sent = 0;
  let stopAt = wire.stopAt < 0 ? Number.POSITIVE_INFINITY : wire.stopAt;
  const reached = async (): Promise<boolean> => {
    if (sent < stopAt) return false;
    stopAt = Number.POSITIVE_INFINITY;
    return (await breakOff(response, wire, gone)) === 'stop';
  };
  if (await reached()) return;
  for await (const piece of pieces) {
    for (const part of split(piece, wire, stopAt - sent)) {
      await write(response, part, gone);
      sent += part.length;
      if (wire.trickle) await delay(wire.trickle.everyMs, undefined, { signal: gone });
      if (await reached()) return;
    }
  }
  // A body that ends before the place where it was to break off breaks off at its end.
  if (Number.isFinite(stopAt)) {
    stopAt = sent;
    if (await reached()) return;
  }
  response.end();
}

/** Cuts a piece where the answer breaks off, and into drops when it trickles. */
function* split(piece: Uint8Array, wire: Wire, left: number): Generator<Uint8Array> {
  const cuts = left < piece.length ? [piece.subarray(0, left), piece.subarray(left)] : [piece];
  const size = wire.trickle?.bytes ?? Number.POSITIVE_INFINITY;
  for (const cut of cuts) {
    if (size >= cut.length) yield cut;
    else for (let at = 0; at < cut.length; at += size) yield cut.subarray(at, at + size);
  }
}

async function breakOff(response: ServerResponse, wire: Wire, gone: AbortSignal): Promise<'stop' | 'go on'> {
  if (wire.ending === 'hang') {
    if (wire.hangMs === undefined && !gone.aborted) await once(gone, 'abort');
    else await delay(wire.hangMs ?? 0, undefined, { signal: gone });
    return 'go on';
  }
  if (wire.ending === 'end') response.end();
  else if (wire.ending === 'close') response.socket?.end();
  else response.socket?.resetAndDestroy();
  return 'stop';
}

function write(response: ServerResponse, piece: Uint8Array, gone: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (): void => reject(gone.reason);
    if (gone.aborted) return fail();
    gone.addEventListener('abort', fail, { once: true });
    // Resolving when the bytes have left, not when the buffer drains, so that a break comes exactly where it should.
    response.write(piece, () => {
      gone.removeEventListener('abort', fail);
      resolve();
    });
  });
}

function writeHead(
  response: ServerResponse,
  answer: HttpAnswer,
  options: DeliveryOptions,
  whole: Uint8Array | undefined,
): void {
  const { wire } = options;
  const length = wire.declaresMore
    ? wire.stopAt + 1_000
    : wire.stopAt < 0 || wire === soundWire
      ? whole?.length
      : undefined;
  response.sendDate = false;
  response.writeHead(answer.status, {
    ...answer.headers,
    Date: new Date(options.now + wire.skewMs).toUTCString(),
    ...(options.gzip ? { 'Content-Encoding': 'gzip' } : {}),
    ...(length === undefined ? {} : { 'Content-Length': length }),
  });
}

const zipped = new WeakMap<Uint8Array, Uint8Array>();

/** Returns the bytes of a body that is there already; undefined for one that is yet to be made. */
function readWholeBody({ body }: HttpAnswer, gzip: boolean): Uint8Array | undefined {
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) return undefined;
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  return gzip ? compress(bytes) : bytes;
}

/** Returns the compressed form of a body, which is kept for as long as the body is. */
export function compress(bytes: Uint8Array): Uint8Array {
  const known = zipped.get(bytes) ?? gzipSync(bytes, { level: 1 });
  zipped.set(bytes, known);
  return known;
}

function encode(body: HttpAnswer['body'], gzip: boolean): AsyncIterable<Uint8Array> {
  const pieces = Readable.from(toBytes(body), { highWaterMark: 2 });
  return gzip ? pieces.pipe(createGzip({ level: 1 })) : pieces;
}

function* toBytes(body: HttpAnswer['body']): Generator<Uint8Array> {
  if (typeof body === 'string' || body instanceof Uint8Array) yield Buffer.from(body);
  else
    for (const piece of body)
      if (piece.length > 0) yield typeof piece === 'string' ? Buffer.from(piece) : piece;
}
