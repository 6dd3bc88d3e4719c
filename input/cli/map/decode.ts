// Decodes the bytes of a file to UTF-8, whatever encoding they came in. Windows PowerShell 5.1 writes UTF-16 with a
// byte order mark wherever `>` or Out-File is used; some tools leave the mark out.

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be';

/** The first bytes show a byte order mark, or on which side of the first letter UTF-16 has its empty byte. */
const neededBytes = 4;

/**
 * Yields UTF-8 without a byte order mark. Invalid sequences become U+FFFD where the encoding is UTF-16, and stay as
 * they are in UTF-8.
 */
export async function* decodeToUtf8(chunks: AsyncIterable<Uint8Array | string>): AsyncGenerator<Buffer> {
  let head: Buffer = Buffer.alloc(0);
  let decode: Decode | undefined;
  for await (const part of chunks) {
    head = Buffer.concat([head, toBuffer(part)]);
    if (decode === undefined && head.length < neededBytes) continue;
    decode ??= decoderOf(head);
    yield decode(head, true);
    head = Buffer.alloc(0);
  }
  decode ??= decoderOf(head);
  yield decode(head, false);
}

type Decode = (chunk: Buffer, more: boolean) => Buffer;

function toBuffer(part: Uint8Array | string): Buffer {
  if (typeof part === 'string') return Buffer.from(part);
  return Buffer.from(part.buffer, part.byteOffset, part.byteLength);
}

function decoderOf(head: Buffer): Decode {
  const encoding = encodingOf(head);
  if (encoding === 'utf-8') {
    let marked = head.indexOf('\ufeff') === 0;
    return (chunk) => {
      const bytes = marked ? chunk.subarray(Buffer.byteLength('\ufeff')) : chunk;
      marked = false;
      return bytes;
    };
  }
  const decoder = new TextDecoder(encoding);
  return (chunk, more) => Buffer.from(decoder.decode(chunk, { stream: more }));
}

function encodingOf(head: Buffer): Encoding {
  const [first = -1, second = -1] = head;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  if (first > 0 && second === 0) return 'utf-16le';
  if (first === 0 && second > 0) return 'utf-16be';
  return 'utf-8';
}
