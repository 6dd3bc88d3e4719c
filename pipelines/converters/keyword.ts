// Converts values to text without the blanks around it, and takes text apart.

import { isObject, type Json } from '../json/json.ts';
import { parseExactly } from '../parse-record.ts';
import type { Converter } from './converter.ts';

/** The result is undefined for blank text and for a value that is no scalar. */
export function toKeyword(value: Json): string | undefined {
  if (typeof value === 'string') {
    const text = trimText(value);
    return text === '' ? undefined : text;
  }
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** Strips what Java's `trim` strips, so that both targets agree: everything up to the space. */
export function trimText(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && text.charCodeAt(from) <= 32) from += 1;
  while (to > from && text.charCodeAt(to - 1) <= 32) to -= 1;
  return from === 0 && to === text.length ? text : text.slice(from, to);
}

export const keyword: Converter = {
  name: 'keyword',
  about: 'The text, without spaces around it; numbers and truth values as text.',
  compile: () => toKeyword,
  examples: [
    { given: 'Inbox', gives: 'Inbox' },
    { given: ' AM0PR04MB5043 (15.20.4219.025)\r\n', gives: 'AM0PR04MB5043 (15.20.4219.025)' },
    { given: 8, gives: '8' },
    { given: -1.5e-7, gives: '-1.5e-7' },
    { given: 0.000001, gives: '0.000001' },
    { given: true, gives: 'true' },
    { given: ' \t' },
    { given: { a: 1 } },
    { given: ['a'] },
  ],
};

export const verbatim: Converter = {
  name: 'verbatim',
  about: 'The text with the spaces around it; numbers and truth values as text.',
  compile: () => (value) => (toKeyword(value) === undefined ? undefined : String(value)),
  examples: [
    { given: 'Certificates and secrets management ', gives: 'Certificates and secrets management ' },
    { given: 8, gives: '8' },
    { given: true, gives: 'true' },
    { given: ' \t' },
    { given: { a: 1 } },
  ],
};

export const lowercase: Converter = {
  name: 'lowercase',
  about: 'The text in lower case.',
  compile: () => (value) => toKeyword(value)?.toLowerCase(),
  examples: [
    { given: ' 0873EE4D-D342-44F2-8961-74C442A2FAD2', gives: '0873ee4d-d342-44f2-8961-74c442a2fad2' },
    { given: 'ÄÖ', gives: 'äö' },
    { given: '' },
  ],
};

export const before: Converter = {
  name: 'before',
  about: 'The text before a separator, or all of it where there is none.',
  options: 'text',
  compile: (options) => {
    const separator = String(options);
    return (value) => {
      const text = toKeyword(value);
      const at = text === undefined ? -1 : text.indexOf(separator);
      return at < 0 || text === undefined ? text : toKeyword(text.slice(0, at));
    };
  },
  examples: [
    { given: 'VI1PR04MB5056 (15.20.4129.029)\r\n', options: ' (', gives: 'VI1PR04MB5056' },
    { given: 'VI1PR04MB5056', options: ' (', gives: 'VI1PR04MB5056' },
    { given: ' (15)', options: '(' },
    { given: null, options: ' (' },
  ],
};

export const split: Converter = {
  name: 'split',
  about: 'The parts of a text between separators, each as a value of its own.',
  options: 'text',
  compile: (options) => {
    const separator = String(options);
    return (value) => {
      const parts = (toKeyword(value) ?? '')
        .split(separator)
        .map(trimText)
        .filter((part) => part !== '');
      return parts.length === 0 ? undefined : [...new Set(parts)];
    };
  },
  examples: [
    { given: 'a@x.org; b@x.org;', options: ';', gives: ['a@x.org', 'b@x.org'] },
    { given: 'a;b;a', options: ';', gives: ['a', 'b'] },
    { given: 'one', options: ';', gives: ['one'] },
    { given: ' ; ', options: ';' },
    { given: 5, options: ';', gives: ['5'] },
  ],
};

export const listed: Converter = {
  name: 'listed',
  about: 'The values of a list that comes as JSON text, such as `["a"]`; other text as it is.',
  compile: () => toListed,
  examples: [
    { given: '[\r\n  "Ann Example"\r\n]', gives: ['Ann Example'] },
    { given: '["a", 2, null, "a"]', gives: ['a', '2'] },
    { given: '[12345678901234567890, true]', gives: ['12345678901234567890', 'true'] },
    { given: '"Global Administrator"', gives: ['Global Administrator'] },
    { given: 'Global Administrator', gives: 'Global Administrator' },
    { given: '[{"a":1}]', gives: '[{"a":1}]' },
    { given: '["a', gives: '["a' },
    { given: '[]' },
    { given: '' },
  ],
};

function toListed(value: Json): Json {
  const text = toKeyword(value);
  if (text === undefined || !(text.startsWith('[') || text.startsWith('"'))) return text;
  const parsed = parseText(text);
  const items = Array.isArray(parsed) ? parsed : [parsed];
  if (parsed === undefined || items.some((item) => Array.isArray(item) || isObject(item))) return text;
  const values = items.map(toKeyword).filter((item) => item !== undefined);
  return values.length === 0 ? undefined : [...new Set(values)];
}

function parseText(text: string): Json {
  try {
    return parseExactly(text);
  } catch {
    return undefined;
  }
}

const entities: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&apos;': "'",
  '&#39;': "'",
  '&amp;': '&',
};

export const tagged: Converter = {
  name: 'tagged',
  about: 'What stands inside of a tag of marked-up text, such as `<Group>Site Owners</Group>`.',
  options: 'text',
  compile: (options) => {
    const begin = `<${String(options)}>`;
    const end = `</${String(options)}>`;
    return (value) => {
      const text = toKeyword(value) ?? '';
      const from = text.indexOf(begin);
      const to = from < 0 ? -1 : text.indexOf(end, from);
      if (to < 0) return undefined;
      const inside = text.slice(from + begin.length, to);
      return toKeyword(
        inside.replace(/&(?:lt|gt|quot|apos|#39|amp);/g, (entity) => entities[entity] ?? entity),
      );
    };
  },
  examples: [
    { given: '<Group>Site Owners</Group>', options: 'Group', gives: 'Site Owners' },
    { given: '<A>1</A><Group> R&amp;D &lt;x&gt; &amp;lt; </Group>', options: 'Group', gives: 'R&D <x> &lt;' },
    { given: '<Group>Site Owners', options: 'Group' },
    { given: '<Group></Group>', options: 'Group' },
    { given: 'Site Owners', options: 'Group' },
    { given: null, options: 'Group' },
  ],
};

/** The text behind a name: in quotes, or up to the next blank. */
export function findArgument(text: string, name: string): string | undefined {
  const mark = `-${name} `;
  let at = text.indexOf(mark);
  while (at > 0 && text.charAt(at - 1) !== ' ') at = text.indexOf(mark, at + 1);
  if (at < 0) return undefined;
  const quoted = text.charAt(at + mark.length) === '"';
  const from = at + mark.length + (quoted ? 1 : 0);
  const to = text.indexOf(quoted ? '"' : ' ', from);
  return toKeyword(text.slice(from, to < 0 ? text.length : to));
}

export const argument: Converter = {
  name: 'argument',
  about: 'A parameter of a cmdlet by its name, of parameters in one text such as `-Identity "x" -Force`.',
  options: 'text',
  compile: (options) => (value) => findArgument(toKeyword(value) ?? '', String(options)),
  examples: [
    {
      given: '-Identity "Case managers" -Member "bob@contoso.example"',
      options: 'Member',
      gives: 'bob@contoso.example',
    },
    {
      given: '-Identity "Case managers" -Member "bob@contoso.example"',
      options: 'Identity',
      gives: 'Case managers',
    },
    { given: '-X-Member "no" -Member Bob', options: 'Member', gives: 'Bob' },
    { given: '-Member "Bob', options: 'Member', gives: 'Bob' },
    { given: '-Member ""', options: 'Member' },
    { given: '-Member -', options: 'Members' },
    { given: null, options: 'Member' },
  ],
};
