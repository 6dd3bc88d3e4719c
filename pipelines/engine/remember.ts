// Remembers what was worked out for texts that come again and again, within bounds: few texts, and none that is long,
// because whoever writes a record chooses its texts.

const longest = 256;

interface Known<Value> {
  readonly text: string;
  readonly made: Value;
}

type Recall<Value> = (text: string) => Known<Value>;

/** Returns what `make` gives for a text, from memory where it is known. Forgets everything once it holds `most` texts. */
export function remember<Value>(most: number, make: (text: string) => Value): Recall<Value> {
  const known = new Map<string, Known<Value>>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    if (text.length > longest) return { text, made: make(text) };
    const own = copyOf(text);
    const made = { text: own, made: make(own) };
    if (known.size >= most) known.clear();
    known.set(own, made);
    return made;
  };
}

/** Works as `recall`; the text that came last, often the next one too, is found without looking it up. */
export function recallLast<Value>(recall: Recall<Value>): (text: string) => Value {
  let last: Known<Value> | undefined;
  return (text) => {
    if (last !== undefined && last.text === text) return last.made;
    const known = recall(text);
    // Text too long to be remembered is a piece of its record, and would keep all of it.
    if (text.length <= longest) last = known;
    return known.made;
  };
}

/**
 * The copy is in one piece and by itself: text that was cut from a longer one, or put together from shorter ones, keeps
 * all of that.
 */
function copyOf(text: string): string {
  const [own = text] = Object.keys({ [text]: 0 });
  return own;
}
