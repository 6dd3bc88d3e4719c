// Several people in one text.

import type { Json } from '../json/json.ts';
import type { Verb } from './converter.ts';
import { findArgument, toKeyword, trimText } from './keyword.ts';
import { toUser } from './user.ts';

function toUsers(text: string | undefined, separator: string): Json {
  const found = (text ?? '')
    .split(separator)
    .map((part) => toUser(addressOf(trimText(part))))
    .filter((each) => each !== undefined);
  return found.length > 1 ? found : found[0];
}

const addressKind = /^(?:SMTP|EX):/i;

/** Outlook writes `Ann [SMTP:ann@example.org]` or `Ann <ann@example.org>`: the address, or what stands there by itself. */
function addressOf(text: string): string {
  const end = text.charAt(text.length - 1);
  const open = end === ']' ? text.lastIndexOf('[') : end === '>' ? text.lastIndexOf('<') : -1;
  if (open < 0) return text;
  const inner = text.slice(open + 1, -1);
  const address = inner.replace(addressKind, '');
  return address !== inner || address.indexOf('@') > 0 ? address : text;
}

export const users: Verb = {
  name: 'users',
  about: 'Every user of a text that names several, by the separator between them.',
  options: 'text',
  fills: ['id', 'name', 'domain', 'email'],
  compile: (options) => (value) => toUsers(toKeyword(value), String(options)),
  painlessFunctions: `
String addressOf(String text) {
  int open = text.endsWith(']') ? text.lastIndexOf('[') : text.endsWith('>') ? text.lastIndexOf('<') : -1;
  if (open < 0) return text;
  String inner = text.substring(open + 1, text.length() - 1);
  String address = /^(?:SMTP|EX):/i.matcher(inner).replaceFirst('');
  return address != inner || address.indexOf('@') > 0 ? address : text;
}
def findUsers(String text, String separator) {
  if (text == null) return null;
  List found = new ArrayList();
  for (String part : text.splitOnToken(separator)) {
    def each = toUser(addressOf(part.trim()), null);
    if (each != null) found.add(each);
  }
  return found.isEmpty() ? null : found.size() > 1 ? (def) found : found.get(0);
}`,
  painless: `
    return findUsers((String) toKeyword(value, null), (String) options);`,
  examples: [
    {
      given: 'ann@contoso.example; Bob;',
      options: ';',
      gives: [
        { id: 'ann@contoso.example', name: 'ann', domain: 'contoso.example', email: 'ann@contoso.example' },
        { id: 'Bob', name: 'Bob' },
      ],
    },
    { given: 'Bob', options: ';', gives: { id: 'Bob', name: 'Bob' } },
    {
      given: '"Eve" [SMTP:eve@fabrikam.example];Max <max@contoso.example>; Bob [EX:/o=x/ou=y/cn=bob];Eve [x]',
      options: ';',
      gives: [
        {
          id: 'eve@fabrikam.example',
          name: 'eve',
          domain: 'fabrikam.example',
          email: 'eve@fabrikam.example',
        },
        { id: 'max@contoso.example', name: 'max', domain: 'contoso.example', email: 'max@contoso.example' },
        { id: '/o=x/ou=y/cn=bob', name: 'bob' },
        { id: 'Eve [x]', name: 'Eve [x]' },
      ],
    },
    { given: 'Unknown;', options: ';' },
    { given: null, options: ';' },
  ],
};

export const argumentUsers: Verb = {
  name: 'argument_users',
  about:
    'Every user of a parameter of a cmdlet, of parameters in one text such as `-Member "ann;bob" -Force`.',
  options: 'text',
  fills: ['id', 'name', 'domain', 'email'],
  compile: (options) => (value) => toUsers(findArgument(toKeyword(value) ?? '', String(options)), ';'),
  painless: `
    String text = (String) toKeyword(value, null);
    return text == null ? null : findUsers(findArgument(text, (String) options), ';');`,
  examples: [
    {
      given: '-Identity "x" -Members "Ann;Bob"',
      options: 'Members',
      gives: [
        { id: 'Ann', name: 'Ann' },
        { id: 'Bob', name: 'Bob' },
      ],
    },
    { given: '-Member "Bob"', options: 'Members' },
    { given: '', options: 'Members' },
    { given: null, options: 'Members' },
  ],
};
