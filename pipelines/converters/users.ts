// Converts a text that names several users.

import type { Json } from '../json/json.ts';
import type { Converter } from './converter.ts';
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

/**
 * Outlook writes `Ann [SMTP:ann@example.org]` or `Ann <ann@example.org>`: the address, or what stands there by
 * itself.
 */
function addressOf(text: string): string {
  const end = text.charAt(text.length - 1);
  const open = end === ']' ? text.lastIndexOf('[') : end === '>' ? text.lastIndexOf('<') : -1;
  if (open < 0) return text;
  const inner = text.slice(open + 1, -1);
  const address = inner.replace(addressKind, '');
  return address !== inner || address.indexOf('@') > 0 ? address : text;
}

export const users: Converter = {
  name: 'users',
  about: 'Every user of a text that names several, by the separator between them.',
  options: 'text',
  fills: ['id', 'name', 'domain', 'email'],
  compile: (options) => (value) => toUsers(toKeyword(value), String(options)),
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

export const argumentUsers: Converter = {
  name: 'argument_users',
  about:
    'Every user of a parameter of a cmdlet, of parameters in one text such as `-Member "ann;bob" -Force`.',
  options: 'text',
  fills: ['id', 'name', 'domain', 'email'],
  compile: (options) => (value) => toUsers(findArgument(toKeyword(value) ?? '', String(options)), ';'),
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
