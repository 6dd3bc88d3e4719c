// Remembers what was worked out for texts that come again and again, within bounds: few texts, and none that is long,
// because whoever writes a record chooses its texts.

const longest = 256;

export interface Memory<Value> {
  get(text: string): Value | undefined;
  set(text: string, value: Value): void;
}

/** Forgets everything once it holds `most` texts. */
export function createMemory<Value>(most: number): Memory<Value> {
  const known = new Map<string, Value>();
  return {
    get: (text) => known.get(text),
    set: (text, value) => {
      if (text.length > longest) return;
      if (known.size >= most) known.clear();
      known.set(text, value);
    },
  };
}
