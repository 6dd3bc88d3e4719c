// Cuts a page of Graph into its records while it arrives. A page is an object whose property `value` is the list of
// records; the other properties, such as the address of the next page, stand before it or after it.

import { isObject, parseJson } from '../../../../pipelines/json/unknown.ts';
import { type BodyEnd, RecordSplitter, type SplitOptions } from '../../../json-stream/record-splitter.ts';

const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;
const openBracket = 0x5b;
const openBrace = 0x7b;
const closeBracket = 0x5d;
const closeBrace = 0x7d;

/** What may stand around the records; real pages have some hundred bytes. */
const surroundingsLimit = 256 * 1024;

export type PageEnd =
  | { readonly kind: 'page'; readonly nextLink: string | undefined }
  /** No page, or none that is whole. `text` is its beginning. */
  | { readonly kind: 'broken'; readonly text: string };

export class PageSplitter {
  readonly #splitter: RecordSplitter;
  #head = Buffer.alloc(0);
  #tail = Buffer.alloc(0);
  #isInList = false;

  constructor(options: Omit<SplitOptions, 'onRest'>) {
    this.#splitter = new RecordSplitter({
      ...options,
      onRest: (bytes) => {
        if (this.#tail.length < surroundingsLimit) this.#tail = Buffer.concat([this.#tail, bytes]);
      },
    });
  }

  get count(): number {
    return this.#splitter.count;
  }

  get bytes(): number {
    return this.#splitter.bytes;
  }

  take(): ReturnType<RecordSplitter['take']> {
    return this.#splitter.take();
  }

  push(bytes: Uint8Array): void {
    if (this.#isInList) this.#splitter.push(bytes);
    else if (this.#head.length <= surroundingsLimit) this.#lookForList(bytes);
  }

  #lookForList(bytes: Uint8Array): void {
    const head = Buffer.concat([this.#head, bytes]);
    const list = findList(head);
    this.#head = head.subarray(0, list);
    if (list === head.length) return;
    this.#isInList = true;
    this.#splitter.push(head.subarray(list));
  }

  end(): PageEnd {
    const list: BodyEnd = this.#splitter.end();
    const text = `${this.#head}${this.#isInList ? `[]${this.#tail}` : ''}`;
    const page = list.kind === 'complete' ? parseJson(text) : undefined;
    if (!isObject(page)) return { kind: 'broken', text };
    const nextLink = page['@odata.nextLink'];
    return { kind: 'page', nextLink: typeof nextLink === 'string' && nextLink !== '' ? nextLink : undefined };
  }
}

/** The index at which the list of `value` begins; the length where it did not come yet. */
function findList(head: Buffer): number {
  let depth = 0;
  let stringFrom = -1;
  let key = '';
  let isValue = false;
  for (let at = 0; at < head.length; at += 1) {
    const byte = head[at];
    if (stringFrom >= 0) {
      if (byte === backslash) at += 1;
      else if (byte === quote) {
        key = depth === 1 ? head.toString('utf8', stringFrom, at) : '';
        stringFrom = -1;
      }
    } else if (byte === quote) stringFrom = at + 1;
    else if (byte === colon) isValue = depth === 1 && key === 'value';
    else if (byte === openBracket && isValue && depth === 1) return at;
    else if (byte === openBrace || byte === openBracket) depth += 1;
    else if (byte === closeBrace || byte === closeBracket) depth -= 1;
    else if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) isValue = false;
  }
  return head.length;
}
