// Randomness that can be had again: every value is a function of its seed, so that a blob's body, its records and their
// Ids come out the same whenever they are asked for, and nothing needs to be kept.

const scramble = (value: number): number => {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
};

/** Returns 32 bits that depend on every part. */
export function hash(...parts: readonly (string | number)[]): number {
  let h = 0x811c9dc5;
  for (const part of parts) {
    if (typeof part === 'number') {
      h = scramble(h ^ part) ^ scramble(Math.trunc(part / 0x100000000) + 0x9e3779b9);
    } else {
      for (let i = 0; i < part.length; i++) h = Math.imul(h ^ part.charCodeAt(i), 0x01000193);
    }
    h = scramble(h + 0x9e3779b9);
  }
  return h >>> 0;
}

/** Draws a number in [0, 1) that depends on every part. */
export const drawFraction = (...parts: readonly (string | number)[]): number => hash(...parts) / 0x100000000;

const byteText = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const formatHex32 = (value: number): string =>
  `${byteText[value >>> 24]}${byteText[(value >>> 16) & 255]}${byteText[(value >>> 8) & 255]}${byteText[value & 255]}`;

const formatGuid = (a: number, b: number, c: number, d: number): string => {
  const middle = formatHex32(b);
  const variant = formatHex32((c & 0x3fffffff) | 0x80000000);
  return `${formatHex32(a)}-${middle.slice(0, 4)}-4${middle.slice(5)}-${variant.slice(0, 4)}-${variant.slice(4)}${formatHex32(d)}`;
};

/** Returns GUIDs by number: within one series no two are equal, because the first 32 bits are a permutation of the number. */
export function guidSeries(...name: readonly (string | number)[]): (index: number) => string {
  const keys = [0, 1, 2, 3].map((word) => hash(...name, word));
  const word = (index: number, at: number): number => scramble(scramble(index ^ (keys[at] ?? 0)) + at);
  return (index) => formatGuid(word(index, 0), word(index, 1), word(index, 2), word(index, 3));
}

/** A sequence of draws from one seed. */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** Draws 32 bits (mulberry32). */
  bits(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  }

  /** Draws a number in [0, 1). */
  next(): number {
    return this.bits() / 0x100000000;
  }

  /** Draws a whole number in [0, limit). */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  /** Draws a whole number between two, both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<L extends readonly [unknown, ...unknown[]]>(items: L): L[number] {
    return items[this.below(items.length)] ?? items[0];
  }

  /** Draws so many hexadecimal digits. */
  hex(digits: number): string {
    let text = '';
    while (text.length < digits) text += formatHex32(this.bits());
    return text.slice(0, digits);
  }

  guid(): string {
    return formatGuid(this.bits(), this.bits(), this.bits(), this.bits());
  }
}
