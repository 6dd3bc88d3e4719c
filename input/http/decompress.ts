// Decompresses the body of an answer. Most bodies are small and arrive at once: these are inflated in one step, and not by
// Node's zlib, whose object with its 16 KiB outlives the answer by far. Others are inflated as they arrive.

import { Readable } from 'node:stream';
import { crc32, createGunzip, createInflate } from 'node:zlib';
import { gunzipSync } from 'fflate';
import type { HttpRequest } from './exchange.ts';
import type { IncomingBody } from './incoming-body.ts';
import { explainNetworkFailure } from './network-failure.ts';

/** The sizes, compressed and expanded, beyond which Node's zlib is faster. */
const smallBytes = 16 * 1024;
const smallExpandedBytes = 64 * 1024;
/** The bytes of gzip around its content: a header of ten, a checksum and the content's length. */
const gzipOverheadBytes = 18;

const codings = new Map([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
]);

/** Decompresses gzip and deflate; a body in any other coding is left as it is. */
export function decompress(
  body: IncomingBody,
  encoding: string | undefined,
  request: HttpRequest,
): AsyncIterable<Uint8Array> {
  const coding = codings.get(encoding?.trim().toLowerCase() ?? '');
  return coding === undefined ? body : inflate(body, coding, request);
}

async function* inflate(
  body: IncomingBody,
  createInflater: typeof createGunzip | typeof createInflate,
  request: HttpRequest,
): AsyncGenerator<Uint8Array, void> {
  const small = await body.takeWhole(smallBytes);
  const expanded = createInflater === createGunzip && small ? gunzipSmall(small) : undefined;
  if (expanded) {
    yield expanded;
    return;
  }
  const inflater = createInflater();
  const source = Readable.from(small ? [small] : body, { objectMode: false });
  source.once('error', (error) => inflater.destroy(error));
  inflater.once('close', () => source.destroy());
  try {
    for await (const chunk of source.pipe(inflater)) yield chunk;
  } catch (error) {
    throw explainNetworkFailure(error, request);
  }
}

/** Inflates a small body; undefined where it is not small, or not sound: the stream then gives as much as there is. */
function gunzipSmall(bytes: Buffer): Uint8Array | undefined {
  if (bytes.length < gzipOverheadBytes) return undefined;
  const length = bytes.readUInt32LE(bytes.length - 4);
  if (length > smallExpandedBytes) return undefined;
  try {
    const expanded = gunzipSync(bytes);
    const isSound = expanded.length === length && crc32(expanded) === bytes.readUInt32LE(bytes.length - 8);
    return isSound ? expanded : undefined;
  } catch {
    return undefined;
  }
}
