// Cuts a stream of JSON values, however they are laid out, into one text for each: items of lists, and objects that stand
// by themselves. The reader of a text finds out whether it is valid JSON.

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const lineFeed = 0x0a;

/** Yields the texts that end in each chunk. A value that is open at the end comes as it stands, for its reader to refuse. */
export async function* splitValues(chunks: AsyncIterable<Buffer>): AsyncGenerator<string[]> {
  const splitter = new ValueSplitter();
  for await (const chunk of chunks) yield splitter.push(chunk);
  yield splitter.end();
}

class ValueSplitter {
  /** The depth of braces and brackets inside the value; -1 between values. */
  #depth = -1;
  /** True when the values are items of a list. */
  #inList = false;
  #inString = false;
  #escaped = false;
  /** The beginning of a value that goes on in the next chunk. */
  #started: Buffer[] = [];

  push(chunk: Buffer): string[] {
    const values: string[] = [];
    let from = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at] ?? 0;
      if (this.#depth < 0) {
        if (!this.#begins(byte)) continue;
        from = at;
      }
      if (this.#isBehindScalar(byte)) {
        values.push(this.#take(chunk.subarray(from, at)));
        at -= 1;
      } else if (this.#ends(byte)) values.push(this.#take(chunk.subarray(from, at + 1)));
    }
    if (this.#depth >= 0) this.#started.push(chunk.subarray(from));
    return values;
  }

  end(): string[] {
    return this.#depth < 0 ? [] : [this.#take(Buffer.alloc(0))];
  }

  #take(last: Buffer): string {
    const bytes = Buffer.concat([...this.#started, last]);
    this.#started = [];
    this.#depth = -1;
    this.#inString = false;
    this.#escaped = false;
    return bytes.toString().trim();
  }

  #begins(byte: number): boolean {
    if (byte === openBracket && !this.#inList) {
      this.#inList = true;
      return false;
    }
    if (byte === closeBracket && this.#inList) {
      this.#inList = false;
      return false;
    }
    if (byte === comma || byte <= 0x20) return false;
    this.#depth = 0;
    return true;
  }

  /** True at the separator after a number, a word or rubbish, which is not part of the value. */
  #isBehindScalar(byte: number): boolean {
    if (this.#depth > 0 || this.#inString) return false;
    return byte === comma || byte === lineFeed || byte === closeBracket;
  }

  /** True where the value ends with this byte. */
  #ends(byte: number): boolean {
    if (this.#inString) return this.#endsString(byte);
    if (byte === quote) {
      this.#inString = true;
      return false;
    }
    if (byte === openBrace || byte === openBracket) {
      this.#depth += 1;
      return false;
    }
    if (byte !== closeBrace && byte !== closeBracket) return false;
    this.#depth -= 1;
    return this.#depth <= 0;
  }

  #endsString(byte: number): boolean {
    if (this.#escaped) this.#escaped = false;
    else if (byte === backslash) this.#escaped = true;
    else if (byte === quote) {
      this.#inString = false;
      return this.#depth === 0;
    }
    return false;
  }
}
