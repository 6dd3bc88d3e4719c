// A place in JSON text that has no spaces between its tokens. Jumping from quote to quote is several times faster than
// looking at each character.

import type { Json } from '../json/json.ts';

export const code = { quote: 34, comma: 44, colon: 58, open: 91, close: 93, openBrace: 123, closeBrace: 125 };

export class Cursor {
  readonly text: string;
  at = 0;
  /** True where there is an escape in the string that `stringEnd` passed last. */
  escaped = false;
  /** The number of names of properties in what `container` passed last. */
  names = 0;
  /** The first backslash that was not passed yet. */
  backslash: number;

  constructor(text: string) {
    this.text = text;
    this.backslash = this.findBackslash(0);
  }

  /**
   * Returns true where this text stands there. It is made for guesses that are mostly right: `startsWith` takes twice
   * as long.
   */
  has(label: string, at: number): boolean {
    const { text } = this;
    const last = label.length - 1;
    if (text.charCodeAt(at + last) !== label.charCodeAt(last)) return false;
    return text.charCodeAt(at + 1) === label.charCodeAt(1) && text.indexOf(label, at) === at;
  }

  /** Goes back to a place before the present one, which is not inside of a string. */
  returnTo(at: number): void {
    this.at = at;
    this.backslash = this.findBackslash(at);
  }

  /** The place of the quote that ends the string whose first character is at `start`; -1 where there is none. */
  stringEnd(start: number): number {
    let end = this.text.indexOf('"', start);
    this.escaped = this.backslash < end;
    while (this.backslash < end) {
      const after = this.backslash + 2;
      if (after > end) end = this.text.indexOf('"', after);
      this.backslash = this.findBackslash(after);
    }
    return end;
  }

  /**
   * Returns the content of the string between these two quotes, which `stringEnd` passed last. Throws where an escape
   * is none.
   */
  content(quote: number, end: number): string {
    return this.escaped ? JSON.parse(this.text.slice(quote, end + 1)) : this.text.slice(quote + 1, end);
  }

  /** Passes an object or list with nothing in it. */
  passEmpty(): boolean {
    const closing = this.text.charCodeAt(this.at) === code.open ? code.close : code.closeBrace;
    const isEmpty = this.text.charCodeAt(this.at + 1) === closing;
    if (isEmpty) this.at += 2;
    return isEmpty;
  }

  /** Parses the object or list that begins here, and passes it. Throws where there is none. */
  container(): Json {
    const start = this.at;
    this.passContainer();
    return JSON.parse(this.text.slice(start, this.at));
  }

  passContainer(): void {
    let depth = 0;
    this.names = 0;
    while (this.at < this.text.length) {
      const found = this.text.charCodeAt(this.at);
      this.at = found === code.quote ? this.stringEnd(this.at + 1) + 1 : this.at + 1;
      if (found === code.colon) this.names += 1;
      else if (found === code.open || found === code.openBrace) depth += 1;
      else if (found === code.close || found === code.closeBrace) depth -= 1;
      if (depth === 0 || this.at === 0) return;
    }
  }

  findBackslash(from: number): number {
    const found = this.text.indexOf('\\', from);
    return found < 0 ? this.text.length : found;
  }
}
