// Converts mail: addresses inside of free text, and attachments in the short form that Exchange writes.

import { isObject, type Json, type JsonObject } from '../json/json.ts';
import { mostObjects } from '../json/lists.ts';
import { parseExactly } from '../parse-record.ts';
import type { Converter } from './converter.ts';
import { toExtension } from './file.ts';
import { toKeyword, trimText } from './keyword.ts';
import { toLong } from './number.ts';

const localPart = /[A-Za-z0-9!#$%&'*+/=?^_`{}~.-]{1,64}$/;
/** Most texts that hold an address are one. */
const oneAddress = /^[A-Za-z0-9!#$%&'*+/=?^_`{}~.-]{1,64}@[A-Za-z0-9][A-Za-z0-9.-]{0,252}[A-Za-z0-9]$/;
const domainPart = /^[A-Za-z0-9][A-Za-z0-9.-]{0,252}[A-Za-z0-9]/;

export const emailAddresses: Converter = {
  name: 'email_addresses',
  about:
    'Every mail address in a text such as `"Ann" [SMTP:ann@example.org]; bob@example.org`, or in the texts of JSON.',
  compile: () => (value) => {
    if (typeof value !== 'string') return undefined;
    if (oneAddress.test(value)) return [value];
    const found = addressesIn(value);
    return found.length === 0 ? undefined : [...new Set(found)];
  },
  examples: [
    { given: '"Ann" [SMTP:ann@example.org]; bob@example.org', gives: ['ann@example.org', 'bob@example.org'] },
    { given: 'smtp:ann@example.org;ann@example.org', gives: ['ann@example.org'] },
    { given: 'a@b ann@-example.org @example.org ann@example.', gives: ['ann@example'] },
    { given: 'ann@b.cc-+bob@example.org', gives: ['ann@b.cc', '-+bob@example.org'] },
    { given: 'ann@b@example.org', gives: ['b@example.org'] },
    {
      given:
        '/O=EXCHANGELABS/OU=EXCHANGE ADMINISTRATIVE GROUP (FYDIBOHF23SPDLT)/CN=RECIPIENTS/CN=0B1C2D3E4F504617-ANN',
    },
    { given: `${'a'.repeat(100)}@${'b'.repeat(300)}`, gives: [`${'a'.repeat(64)}@${'b'.repeat(254)}`] },
    {
      given:
        '[{"ActionType":"Forward","Recipients":["m\\u0040evil.example","\\nbob@example.org"],"Flags":[1]}]',
      gives: ['m@evil.example', 'bob@example.org'],
    },
    { given: ' [ann@example.org]', gives: ['ann@example.org'] },
    { given: 'i:0#.f|membership|ann@example.org', gives: ['ann@example.org'] },
    { given: '[{"a":"ann@example.org"', gives: ['ann@example.org'] },
    { given: '["Ann"]' },
    { given: 'Ann' },
    { given: '' },
    { given: 1 },
  ],
};

/** The texts that JSON holds, or the text itself where it is none. Where nothing can be an @, there are none. */
function textsOf(text: string): string[] {
  if (text.indexOf('@') < 0 && text.indexOf('\\u0040') < 0) return [];
  const whole = trimText(text);
  if (!whole.startsWith('[') && !whole.startsWith('{')) return [whole];
  try {
    return collectTexts(parseExactly(whole), []);
  } catch {
    return [whole];
  }
}

function collectTexts(value: Json, texts: string[]): string[] {
  if (typeof value === 'string') texts.push(value);
  else if (Array.isArray(value)) for (const item of value) collectTexts(item, texts);
  else if (isObject(value)) for (const item of Object.values(value)) collectTexts(item, texts);
  return texts;
}

function addressesIn(value: Json): string[] {
  if (Array.isArray(value)) return value.flatMap(addressesIn);
  return typeof value === 'string' ? textsOf(value).flatMap(findAddresses) : [];
}

function domainOf(mail: string): string {
  return mail.slice(mail.lastIndexOf('@') + 1).toLowerCase();
}

/** The search goes from each @ to both sides: an expression over the whole text would try every position of it. */
function findAddresses(text: string): string[] {
  const found: string[] = [];
  let from = 0;
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    const local = localPart.exec(text.slice(Math.max(from, at - 64), at))?.[0];
    const domain = local === undefined ? undefined : domainPart.exec(text.slice(at + 1, at + 255))?.[0];
    if (local === undefined || domain === undefined) continue;
    found.push(`${local}@${domain}`);
    from = at + 1 + domain.length;
  }
  return found;
}

export const senders: Converter = {
  name: 'senders',
  about:
    'Who sent a message: the senders on the envelope, and those the reader sees, the second value, where they are of the same domain; else they may be forged.',
  joins: true,
  compile: () => (values) => {
    const [envelope = [], header = []] = Array.isArray(values) ? values.map(addressesIn) : [];
    const domains = envelope.map(domainOf);
    const shown = header.filter((one) => envelope.length === 0 || domains.includes(domainOf(one)));
    const found = [...new Set([...envelope, ...shown])];
    return found.length > 1 ? found : found[0];
  },
  examples: [
    { given: ['m@evil.example', 'ceo@contoso.example'], gives: 'm@evil.example' },
    {
      given: ['bounce-17@Evil.example', '"Ann" <ann@evil.example>'],
      gives: ['bounce-17@Evil.example', 'ann@evil.example'],
    },
    { given: ['m@evil.example', 'm@evil.example'], gives: 'm@evil.example' },
    {
      given: [['m@evil.example', ['n@evil.example', 'm@evil.example']], 'ceo@contoso.example'],
      gives: ['m@evil.example', 'n@evil.example'],
    },
    { given: ['<>', 'ann@fabrikam.example'], gives: 'ann@fabrikam.example' },
    { given: [null, 'ann@fabrikam.example'], gives: 'ann@fabrikam.example' },
    { given: [null, null] },
    { given: 'm@evil.example' },
  ],
};

export const attachments: Converter = {
  name: 'attachments',
  about: 'Attachments written as `name (123b); name (4b)`: their names without a path, extensions and sizes.',
  makes: ['file.name', 'file.extension', 'file.size'],
  compile: () => toAttachments,
  examples: [
    {
      given: 'Plan (v2).docx (11206b); image001.png (4b)',
      gives: [
        { file: { name: 'Plan (v2).docx', extension: 'docx', size: 11206 } },
        { file: { name: 'image001.png', extension: 'png', size: 4 } },
      ],
    },
    {
      given:
        'C:\\Users\\ann\\Content.Outlook\\AB\\1.pdf (9731b); \\\\srv\\share\\2.doc; /home/ann/3.txt (5 b)',
      gives: [
        { file: { name: '1.pdf', extension: 'pdf', size: 9731 } },
        { file: { name: '2.doc', extension: 'doc' } },
        { file: { name: '3.txt', extension: 'txt', size: 5 } },
      ],
    },
    {
      given: 'FW: Offer 3/2026; Plan (web)',
      gives: [{ file: { name: 'FW: Offer 3/2026' } }, { file: { name: 'Plan (web)' } }],
    },
    { given: 'notes', gives: [{ file: { name: 'notes' } }] },
    { given: ' ; C:\\' },
    { given: null },
  ],
};

function toAttachments(value: Json): Json {
  const parts = (toKeyword(value) ?? '').split(';', mostObjects).map(trimText);
  const found = parts.flatMap((part) => toAttachment(part) ?? []);
  return found.length === 0 ? undefined : found;
}

function toAttachment(item: string): JsonObject | undefined {
  const open = item.lastIndexOf(' (');
  const size = open > 0 && item.endsWith('b)') ? toLong(item.slice(open + 2, -2)) : undefined;
  const name = withoutPath(size === undefined ? item : item.slice(0, open));
  return name === '' ? undefined : { file: { name, extension: toExtension(name), size } };
}

/** Messages are attached under their subjects, in which a slash is no path. */
function withoutPath(text: string): string {
  const rooted = /^(?:\/|~\/|file:)/.test(text);
  const cut = Math.max(text.lastIndexOf('\\'), rooted ? text.lastIndexOf('/') : -1);
  return trimText(text.slice(cut + 1));
}
