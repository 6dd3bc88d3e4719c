// Makes readable text of HTML, as Microsoft writes announcements in: one pass over the characters, no parser. It keeps what
// a reader sees, a line for each block.

import type { Json } from '../json/json.ts';
import type { Converter } from './converter.ts';

/** Characters of markup that are read, and characters of text that are kept. */
const mostRead = 200_000;
const mostKept = 10_000;
const longestEntity = 10;
const longestName = 12;

const blocks = new Set(
  'address article blockquote br div dd dl dt figure footer h1 h2 h3 h4 h5 h6 header hr li ol p pre section table tr ul'.split(
    ' ',
  ),
);
const unseen = new Set(['script', 'style', 'head', 'title']);
const entities: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
  ['nbsp', ' '],
  ['ndash', '–'],
  ['mdash', '—'],
  ['hellip', '…'],
  ['bull', '•'],
  ['lsquo', '‘'],
  ['rsquo', '’'],
  ['ldquo', '“'],
  ['rdquo', '”'],
]);

/** Text while it is put together: blanks and line breaks count once, and not at the ends. */
class Prose {
  text = '';
  isFull = false;
  #gap = '';

  separate(by: ' ' | '\n'): void {
    if (this.#gap !== '\n') this.#gap = by;
  }

  add(characters: string): void {
    if (this.text.length >= mostKept) this.isFull = true;
    else this.text += this.text === '' ? characters : this.#gap + characters;
    this.#gap = '';
  }
}

function toHtmlText(value: Json): Json {
  if (typeof value !== 'string') return undefined;
  const markup = value.slice(0, mostRead);
  const prose = new Prose();
  for (let at = 0; at < markup.length && !prose.isFull; ) at = passOne(markup, at, prose);
  if (prose.isFull) return cut(prose.text);
  return prose.text === '' ? undefined : prose.text;
}

/** A pair of surrogates is not cut apart. */
function cut(text: string): string {
  const last = text.charCodeAt(mostKept - 1);
  return `${text.slice(0, last >= 0xd800 && last <= 0xdbff ? mostKept - 1 : mostKept)}…`;
}

/** Passes a tag, an entity or a character; returns where the next begins. */
function passOne(markup: string, at: number, prose: Prose): number {
  const code = markup.charCodeAt(at);
  if (code === 0x3c) {
    const end = passTag(markup, at, prose);
    if (end > at) return end;
  }
  if (code === 0x26) {
    const end = passEntity(markup, at, prose);
    if (end > at) return end;
  }
  if (isBlank(code)) prose.separate(' ');
  else prose.add(markup.charAt(at));
  return at + 1;
}

function isBlank(code: number): boolean {
  return code <= 0x20 || code === 0xa0;
}

/** Returns where it began where it is no tag: then it is a character as any other. */
function passTag(markup: string, at: number, prose: Prose): number {
  if (markup.startsWith('<!--', at)) return after(markup, '-->', at + 4);
  const isEnd = markup.charAt(at + 1) === '/';
  const from = at + (isEnd ? 2 : 1);
  const name = readName(markup, from);
  if (name === '' && markup.charAt(from) !== '!') return at;
  const end = after(markup, '>', from);
  if (unseen.has(name) && !isEnd) return after(markup, '>', endOf(markup, name, end));
  if (blocks.has(name)) prose.separate('\n');
  else if (name === 'td' || name === 'th') prose.separate(' ');
  return end;
}

function readName(markup: string, from: number): string {
  let to = from;
  while (to < markup.length && to - from < longestName && isNameCharacter(markup.charCodeAt(to), to > from))
    to += 1;
  return markup.slice(from, to).toLowerCase();
}

function isNameCharacter(code: number, mayBeDigit: boolean): boolean {
  const lower = code | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || (mayBeDigit && code >= 0x30 && code <= 0x39);
}

function endOf(markup: string, name: string, from: number): number {
  for (let at = markup.indexOf('</', from); at >= 0; at = markup.indexOf('</', at + 2))
    if (readName(markup, at + 2) === name) return at;
  return markup.length;
}

function after(markup: string, mark: string, from: number): number {
  const found = markup.indexOf(mark, from);
  return found < 0 ? markup.length : found + mark.length;
}

function passEntity(markup: string, at: number, prose: Prose): number {
  const near = markup.slice(at + 1, at + longestEntity);
  const length = near.indexOf(';');
  const text = length < 0 ? undefined : textOf(near.slice(0, length));
  if (text === undefined) return at;
  if (isBlank(text.charCodeAt(0))) prose.separate(' ');
  else prose.add(text);
  return at + length + 2;
}

function textOf(name: string): string | undefined {
  const known = entities.get(name);
  if (known !== undefined) return known;
  const [, hexadecimal, decimal] = /^#(?:[xX]([0-9a-fA-F]{1,6})|([0-9]{1,7}))$/.exec(name) ?? [];
  const code = Number.parseInt(hexadecimal ?? decimal ?? '', hexadecimal === undefined ? 10 : 16);
  const isCharacter = code >= 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  return isCharacter ? String.fromCodePoint(code) : undefined;
}

export const htmlText: Converter = {
  name: 'html_text',
  about: `What a reader sees of HTML, a line for each block; no more than ${mostKept.toLocaleString('en')} characters of it.`,
  compile: () => toHtmlText,
  examples: [
    {
      given: '<p>Users may see <b>delays</b>&nbsp;of&#160;mail.</p>\r\n<ul><li>Ann</li><li>Bob</li></ul>',
      gives: 'Users may see delays of mail.\nAnn\nBob',
    },
    { given: 'R&amp;D &lt;x&gt; &#8364;5 &#x1F600; &unheard; & 1', gives: 'R&D <x> €5 😀 &unheard; & 1' },
    {
      given: '<STYLE>p {color: red}</Style ><!-- a > b --><div>One<br/>Two</div><script>1 < 2</script>',
      gives: 'One\nTwo',
    },
    { given: '<tr><td>1</td><td>2</td></tr>', gives: '1 2' },
    { given: 'a < b, 3<4 and 5 > 4 </ <', gives: 'a < b, 3<4 and 5 > 4 </ <' },
    { given: '<!DOCTYPE html><a href="https://contoso.example">here', gives: 'here' },
    { given: 'open <p', gives: 'open' },
    { given: '&#xD800;&#1114112;&;&#;', gives: '&#xD800;&#1114112;&;&#;' },
    { given: '<p> </p>&nbsp;' },
    { given: '' },
    { given: 3 },
    { given: null },
  ],
};
