// Reads a record straight from its text: a property that stays as it is, and most do, is neither parsed nor written
// again, but cut out. Text that is not as plain as Microsoft writes it is left to the parser.

import type { JsonObject } from '../json/json.ts';
import { isInexact } from '../parse-record.ts';
import { type Aside, nextSighting, note } from './aside.ts';
import { Cursor, code } from './cursor.ts';
import { scanPairs } from './scan-pairs.ts';
import { shapeUnknown } from './shape.ts';
import type { Child, Place, Shapers } from './shapers.ts';

/**
 * The text of what is kept of a record, without its braces, and without what `aside` has for it. Undefined, and
 * `aside` of no use, where the text is not plain: spaces between tokens, an escape in a name, a name twice, a number not
 * in its shortest form, a hundred names that nobody knows, anything that is not JSON.
 */
export type Scan = (text: string, aside: Aside) => string | undefined;

/** No string of JSON holds any of these. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const control = /[\0-\x1f]/;

/** More names without a definition would take too long to compare with each other. */
const mostStrangers = 100;

export function compileScan(shapers: Shapers): Scan {
  const start: Place = { next: undefined };
  return (text, aside) => {
    if (!text.startsWith('{"') || control.test(text)) return undefined;
    try {
      const scanner = new Scanner(text, aside, shapers);
      return scanner.scan(start) ? scanner.kept : undefined;
    } catch (error) {
      if (error instanceof SyntaxError) return undefined;
      throw error;
    }
  };
}

class Scanner {
  kept = '';
  readonly cursor: Cursor;
  readonly aside: Aside;
  readonly shapers: Shapers;
  readonly sighting: number;
  /** Names without a definition. */
  readonly strangers: string[] = [];
  /** The properties that have to stand beside those of the text. */
  readonly beside: JsonObject = {};
  /** The part of the text that is to be kept next, and may grow. */
  from = 0;
  to = 0;

  constructor(text: string, aside: Aside, shapers: Shapers) {
    this.cursor = new Cursor(text);
    this.aside = aside;
    this.sighting = nextSighting(aside.memory);
    this.shapers = shapers;
  }

  /** False where the text is not plain. */
  scan(start: Place): boolean {
    const cursor = this.cursor;
    let place = start;
    do {
      cursor.at += 1;
      const from = cursor.at;
      const child = this.readName(place);
      if (child === undefined || !this.readValue(child, from)) return false;
      place = child;
    } while (cursor.text.charCodeAt(cursor.at) === code.comma);
    const ended =
      cursor.text.charCodeAt(cursor.at) === code.closeBrace && cursor.at + 1 === cursor.text.length;
    return ended && this.keepBeside();
  }

  /** Passes a name and its colon. */
  readName(place: Place): Child | undefined {
    const { cursor } = this;
    const { next } = place;
    const child = next !== undefined && cursor.has(next.label, cursor.at) ? next : this.findName(place);
    if (child === undefined || child.lastSeen === this.sighting) return undefined;
    child.lastSeen = this.sighting;
    cursor.at += child.label.length;
    return child;
  }

  findName(place: Place): Child | undefined {
    const cursor = this.cursor;
    const { text, at } = cursor;
    const end = text.charCodeAt(at) === code.quote ? cursor.stringEnd(at + 1) : -1;
    if (end < 0 || cursor.escaped || text.charCodeAt(end + 1) !== code.colon) return undefined;
    const name = text.slice(at + 1, end);
    const child = this.shapers.get(name);
    if (child === undefined) return this.meetStranger(name);
    place.next = child;
    return child;
  }

  meetStranger(name: string): Child | undefined {
    const { strangers } = this;
    if (name === '__proto__' || strangers.includes(name) || strangers.length === mostStrangers)
      return undefined;
    strangers.push(name);
    return stranger(name);
  }

  /** Passes the value; `from` is where its name began. */
  readValue(child: Child, from: number): boolean {
    const first = this.cursor.text.charCodeAt(this.cursor.at);
    if (first === code.quote) return this.readString(child, from);
    if (first === code.open || first === code.openBrace) return this.readContainer(child, from);
    return this.readScalar(child, from);
  }

  readString(child: Child, from: number): boolean {
    const cursor = this.cursor;
    const quote = cursor.at;
    const end = cursor.stringEnd(quote + 1);
    if (end < 0) return false;
    cursor.at = end + 1;
    if (end === quote + 1) return true;
    if (!child.textual) this.put(child, from, cursor.content(quote, end));
    else {
      if (cursor.escaped || child.number !== undefined)
        note(this.aside, child.number, cursor.content(quote, end));
      this.keep(from);
    }
    return true;
  }

  readContainer(child: Child, from: number): boolean {
    if (this.cursor.passEmpty()) return true;
    const isBag = child.pairs !== undefined && child.number === undefined;
    const pairs = isBag ? scanPairs(this.cursor, child.pairs, this.aside) : undefined;
    if (pairs === undefined) this.putContainer(child, from);
    else this.add(child.label + pairs);
    return true;
  }

  /** A structure that comes out of shaping as it went in stays as it is, unless it has a name twice. */
  putContainer(child: Child, from: number): void {
    const { cursor, aside } = this;
    const { names, changes } = aside;
    const value = cursor.container();
    const shaped = child.shape(value, aside, this.beside);
    if (shaped === undefined) return;
    note(aside, child.number, shaped);
    const isSame = shaped === value && aside.changes === changes && aside.names - names === cursor.names;
    if (isSame) this.keep(from);
    else this.add(child.label + JSON.stringify(shaped));
  }

  readScalar(child: Child, from: number): boolean {
    const cursor = this.cursor;
    const { text, at: start } = cursor;
    while (isPartOfScalar(text.charCodeAt(cursor.at))) cursor.at += 1;
    const token = text.slice(start, cursor.at);
    if (token === 'null') return true;
    if (token === 'true' || token === 'false') {
      this.put(child, from, token === 'true');
      return true;
    }
    const number = Number(token);
    if (isInexact(number) || String(number) !== token) return false;
    this.put(child, from, number);
    return true;
  }

  put(child: Child, from: number, value: string | number | boolean): void {
    const shaped = child.shape(value, this.aside, this.beside);
    if (shaped === undefined) return;
    note(this.aside, child.number, shaped);
    if (shaped === value) this.keep(from);
    else this.add(child.label + JSON.stringify(shaped));
  }

  /** Keeps the property that was just passed. */
  keep(from: number): void {
    if (from !== this.to + 1 || from === 1) {
      this.keepPart();
      this.from = from;
    }
    this.to = this.cursor.at;
  }

  keepPart(): void {
    if (this.to > 0) this.append(this.cursor.text.slice(this.from, this.to));
    this.to = 0;
  }

  add(part: string): void {
    this.keepPart();
    this.append(part);
  }

  append(part: string): void {
    this.kept = this.kept === '' ? part : `${this.kept},${part}`;
  }

  /** False where the record has a property of the same name: the two have to become one. */
  keepBeside(): boolean {
    this.keepPart();
    for (const name in this.beside) {
      if (this.shapers.get(name)?.lastSeen === this.sighting || this.strangers.includes(name)) return false;
      this.add(`${JSON.stringify(name)}:${JSON.stringify(this.beside[name])}`);
    }
    return true;
  }
}

/** Letters, digits and what else numbers are made of. */
function isPartOfScalar(found: number): boolean {
  return (
    (found >= 97 && found <= 122) || (found >= 43 && found <= 57 && found !== code.comma) || found === 69
  );
}

/** A property that has no definition. */
function stranger(name: string): Child {
  return {
    name,
    path: name,
    label: `${JSON.stringify(name)}:`,
    pairLabel: '',
    shape: (value, aside) => shapeUnknown(name, value, '', aside),
    textual: false,
    shared: false,
    number: undefined,
    pairs: undefined,
    lastSeen: 0,
    next: undefined,
  };
}
