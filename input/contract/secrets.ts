// The list of values that nothing printed may hold, and the search for them in a text. The cost of a search depends on
// the text, not on how many values there are.

/** Shorter values are not searched for, because they would blot out what is no secret. */
const shortest = 4;
/** Matches whatever looks like a token or an assertion, whoever issued it. */
const jwt = /eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g;

export class Secrets {
  /** The secrets by their first characters. */
  readonly #byHead = new Map<string, Set<string>>();
  /** The time at which each temporary secret is forgotten, in milliseconds since the epoch. */
  readonly #ends = new Map<string, number>();

  /** The number of secrets that are searched for. */
  get size(): number {
    return [...this.#byHead.values()].reduce((sum, { size }) => sum + size, 0);
  }

  protect(value: string): void {
    if (value.length < shortest) return;
    this.#ends.delete(value);
    this.#group(value).add(value);
  }

  /**
   * A secret is forgotten once `until` has passed, unless it is protected for good. One that any reader knows is not
   * even kept.
   */
  protectUntil(value: string, until: number, now: number): void {
    this.#forgetEnded(now);
    if (value.length < shortest || value.replace(jwt, '') === '') return;
    const known = this.#group(value).has(value);
    if (known && !this.#ends.has(value)) return;
    this.#group(value).add(value);
    this.#ends.set(value, Math.max(until, this.#ends.get(value) ?? until));
  }

  redact(text: string): string {
    let clean = '';
    let copied = 0;
    for (const { start, end, shown } of unite([...findTokens(text), ...this.#find(text)])) {
      clean += text.slice(copied, start) + shown;
      copied = end;
    }
    return clean + text.slice(copied);
  }

  *#find(text: string): Generator<Span> {
    for (let start = 0; start + shortest <= text.length; start++) {
      const end = this.#endOfSecret(text, start);
      if (end > start) yield { start, end, shown: '[redacted]' };
    }
  }

  /** Returns the length of the longest secret that begins there; 0 where none does. */
  #endOfSecret(text: string, at: number): number {
    let end = 0;
    for (const value of this.#byHead.get(text.slice(at, at + shortest)) ?? [])
      if (text.startsWith(value, at)) end = Math.max(end, at + value.length);
    return end;
  }

  #group(value: string): Set<string> {
    const head = value.slice(0, shortest);
    const known = this.#byHead.get(head) ?? new Set<string>();
    this.#byHead.set(head, known);
    return known;
  }

  #forgetEnded(now: number): void {
    for (const [value, end] of this.#ends) {
      if (end > now) continue;
      this.#ends.delete(value);
      const head = value.slice(0, shortest);
      const group = this.#byHead.get(head);
      group?.delete(value);
      if (group?.size === 0) this.#byHead.delete(head);
    }
  }
}

/** The stretches of a text that are hidden. */
interface Span {
  readonly start: number;
  readonly end: number;
  readonly shown: string;
}

function* findTokens(text: string): Generator<Span> {
  for (const { 0: token, index } of text.matchAll(jwt))
    yield { start: index, end: index + token.length, shown: '[redacted token]' };
}

/** Overlapping secrets are hidden as one: cut out one after the other, each would leave a piece of the other. */
function unite(spans: Span[]): Span[] {
  const united: Span[] = [];
  for (const span of spans.sort((a, b) => a.start - b.start)) {
    const last = united.at(-1);
    if (last === undefined || span.start >= last.end) united.push(span);
    else united[united.length - 1] = { ...last, end: Math.max(last.end, span.end) };
  }
  return united;
}
