// Remembers what was worked out for texts that come again and again, within bounds: few texts, and none that is long,
// because whoever writes a record chooses its texts.

const longest = 256;

/**
 * Returns what `make` gives for a text, from memory where it is known; undefined is not remembered. Forgets everything
 * once it holds `most` texts.
 */
export function remember<Value>(most: number, make: (text: string) => Value): (text: string) => Value {
  const known = new Map<string, Value>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    if (text.length > longest) return make(text);
    const own = copyOf(text);
    const made = make(own);
    if (made === undefined) return made;
    if (known.size >= most) known.clear();
    known.set(own, made);
    return made;
  };
}

/** In one piece and by itself: what was cut from a longer text, or put together from shorter ones, keeps all of that. */
export function copyOf(text: string): string {
  const [own = text] = Object.keys({ [text]: 0 });
  return own;
}
