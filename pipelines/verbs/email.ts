// Mail: addresses inside of free text, and attachments in the short form that Exchange writes.

import type { Json, JsonObject } from '../json.ts';
import { mostObjects } from '../lists.ts';
import { toKeyword, trimText } from './keyword.ts';
import { toLong } from './number.ts';
import { toExtension } from './url.ts';
import type { Verb } from './verb.ts';

const addressInText = /[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9][A-Za-z0-9.-]{0,252}[A-Za-z0-9]/g;

export const emailAddresses: Verb = {
  name: 'email_addresses',
  about: 'Every mail address in a text such as `"Ann" [SMTP:ann@example.org]; bob@example.org`.',
  compile: () => (value) => {
    const found = typeof value === 'string' ? value.match(addressInText) : null;
    return found === null ? undefined : [...new Set(found)];
  },
  painless: `
    if (!(value instanceof String)) return null;
    String text = (String) value;
    List found = new ArrayList();
    int from = 0;
    for (int at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
      int start = at;
      while (start > from && at - start < 64 && isMailCharacter(text.charAt(start - 1))) start--;
      int end = at;
      for (int i = at + 1; i < text.length() && i <= at + 254; ++i) {
        char c = text.charAt(i);
        if (isPlainLetterOrDigit(c)) end = i + 1;
        else if (i == at + 1 || (c != (char) '.' && c != (char) '-')) break;
      }
      if (start == at || end < at + 3) continue;
      String one = text.substring(start, end);
      if (!found.contains(one)) found.add(one);
      from = end;
    }
    return found.isEmpty() ? null : found;`,
  painlessFunctions: `
boolean isPlainLetterOrDigit(char c) {
  return (c >= (char) 'a' && c <= (char) 'z') || (c >= (char) 'A' && c <= (char) 'Z') || (c >= (char) '0' && c <= (char) '9');
}
boolean isMailCharacter(char c) {
  return isPlainLetterOrDigit(c) || "!#$%&'*+/=?^_\`{|}~.-".indexOf(String.valueOf(c)) >= 0;
}`,
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
    { given: 'Ann' },
    { given: '' },
    { given: 1 },
  ],
};

export const attachments: Verb = {
  name: 'attachments',
  about: 'Attachments written as `name (123b); name (4b)`: their names, extensions and sizes.',
  makes: ['file.name', 'file.extension', 'file.size'],
  compile: () => toAttachments,
  painless: `
    String text = (String) toKeyword(value, null);
    if (text == null) return null;
    List found = new ArrayList();
    int parts = 0;
    for (String part : text.splitOnToken(';')) {
      parts++;
      if (parts > ${mostObjects}) break;
      String item = part.trim();
      int open = item.lastIndexOf(' (');
      if (item.isEmpty()) continue;
      Map file = new HashMap();
      String name = open > 0 && item.endsWith('b)') ? item.substring(0, open).trim() : item;
      if (name != item) {
        def size = toLong(item.substring(open + 2, item.length() - 2), null);
        if (size != null) file.put('size', size);
      }
      file.put('name', name);
      String extension = (String) toExtension(name, null);
      if (extension != null) file.put('extension', extension);
      Map attachment = new HashMap();
      attachment.put('file', file);
      found.add(attachment);
    }
    return found.isEmpty() ? null : found;`,
  examples: [
    {
      given: 'Plan (v2).docx (11206b); image001.png (4b)',
      gives: [
        { file: { name: 'Plan (v2).docx', extension: 'docx', size: 11206 } },
        { file: { name: 'image001.png', extension: 'png', size: 4 } },
      ],
    },
    { given: 'notes', gives: [{ file: { name: 'notes' } }] },
    { given: ' ; ' },
    { given: null },
  ],
};

function toAttachments(value: Json): Json {
  const parts = (toKeyword(value) ?? '').split(';', mostObjects).map(trimText);
  const found = parts.filter((part) => part !== '').map(toAttachment);
  return found.length === 0 ? undefined : found;
}

function toAttachment(item: string): JsonObject {
  const open = item.lastIndexOf(' (');
  const sized = open > 0 && item.endsWith('b)');
  const name = sized ? trimText(item.slice(0, open)) : item;
  const size = sized ? toLong(item.slice(open + 2, -2)) : undefined;
  return { file: { name, extension: toExtension(name), size } };
}
