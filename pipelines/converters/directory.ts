// Converts the forms of Entra ID for things in its directory: flat lists of ids, names of applications, and consents.

import { isObject, type Json, type JsonObject } from '../json/json.ts';
import type { Converter } from './converter.ts';
import { toKeyword } from './keyword.ts';
import { shortenPath, toUser } from './user.ts';

const guid = /^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/;
const beginning = /^([A-Za-z]+)_[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/;
const guidLength = 36;
const kindWord = /^[A-Z][A-Za-z]+$/;

/**
 * One thing of a list that names several by all their ids: `User_<GUID>`, the GUID, `User`, a name (type 1), … Names
 * may stand before the first of them.
 */
interface Thing {
  kind: string;
  readonly ids: { readonly id: string; readonly type: string }[];
}

function readThings(value: Json): Thing[] {
  const things: Thing[] = [];
  let open: Thing | undefined;
  for (const item of Array.isArray(value) ? value : [value]) {
    const id = isObject(item) ? toKeyword(item.ID) : undefined;
    const type = isObject(item) ? toKeyword(item.Type) : undefined;
    if (id === undefined || type === undefined) continue;
    const kind = id.charAt(id.length - guidLength - 1) === '_' ? beginning.exec(id)?.[1] : undefined;
    if (open === undefined || (kind !== undefined && open.kind !== '')) {
      open = { kind: '', ids: [] };
      things.push(open);
    }
    if (kind !== undefined) open.kind = kind;
    else if (type === '2' && open.kind === '' && kindWord.test(id)) open.kind = id;
    open.ids.push({ id, type });
  }
  return things;
}

/** Most lists hold nothing of a kind, which is seen without taking them apart. */
function holdsKind(value: Json, kind: string): boolean {
  for (const item of Array.isArray(value) ? value : [value]) {
    if (isObject(item) && typeof item.ID === 'string' && item.ID.startsWith(kind)) return true;
  }
  return false;
}

const fiona = [
  { ID: 'Role_0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7', Type: 2 },
  { ID: '0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7', Type: 2 },
  { ID: 'Role', Type: 2 },
  { ID: 'Reports Reader', Type: 1 },
  { ID: 'User_1c2d3e4f-5061-4728-92a3-b4c5d6e7f809', Type: 2 },
  { ID: '1c2d3e4f-5061-4728-92a3-b4c5d6e7f809', Type: 2 },
  { ID: 'User', Type: 2 },
  { ID: 'fiona@contoso.example', Type: 5 },
  { ID: 'Fiona', Type: 1 },
  { ID: '1003200126600001', Type: 3 },
];
const fionaUser: JsonObject = {
  id: 'fiona@contoso.example',
  name: 'fiona',
  domain: 'contoso.example',
  email: 'fiona@contoso.example',
  full_name: 'Fiona',
};

export const directoryNames: Converter = {
  name: 'directory_names',
  about:
    'Of a flat list of ids with their types: the names of the things of one kind, or the GUIDs for `Kind id`.',
  options: 'text',
  takesAll: true,
  compile: (options) => {
    const [kind = '', wanted] = String(options).split(' ', 2);
    const isWanted = ({ id, type }: Thing['ids'][number]) =>
      wanted === 'id' ? type === '2' && guid.test(id) : type === '1';
    return (value) => {
      if (!holdsKind(value, kind)) return undefined;
      const names: string[] = [];
      for (const thing of readThings(value)) {
        const name = thing.kind === kind ? thing.ids.find(isWanted)?.id : undefined;
        if (name !== undefined && !names.includes(name)) names.push(name);
      }
      return names.length > 1 ? names : names[0];
    };
  },
  examples: [
    { given: fiona, options: 'Role', gives: 'Reports Reader' },
    { given: fiona, options: 'User', gives: 'Fiona' },
    { given: fiona, options: 'User id', gives: '1c2d3e4f-5061-4728-92a3-b4c5d6e7f809' },
    { given: fiona, options: 'Group' },
    {
      given: [{ ID: 'Group', Type: 2 }, { ID: 'Finance', Type: 1 }, 'x', {}],
      options: 'Group',
      gives: 'Finance',
    },
    { given: { ID: 'Finance', Type: 1 }, options: 'Group' },
    { given: null, options: 'Group' },
  ],
};

export const directoryUsers: Converter = {
  name: 'directory_users',
  about: 'Of a flat list of ids with their types: the users, each by principal name and display name.',
  fills: ['id', 'name', 'domain', 'email', 'full_name'],
  takesAll: true,
  compile: () => (value) => {
    if (!holdsKind(value, 'User')) return undefined;
    const found = readThings(value).flatMap(({ kind, ids }) => {
      if (kind !== 'User') return [];
      const principal = toUser(ids.find(({ type }) => type === '5')?.id);
      const full_name = ids.find(({ type }) => type === '1')?.id;
      return principal === undefined && full_name === undefined ? [] : [{ ...principal, full_name }];
    });
    return found.length > 1 ? found : found[0];
  },
  examples: [
    { given: fiona, gives: fionaUser },
    {
      given: [...fiona, { ID: 'User_2d3e4f50-6172-4839-a3b4-c5d6e7f8091a', Type: 2 }, { ID: 'Gus', Type: 1 }],
      gives: [fionaUser, { full_name: 'Gus' }],
    },
    { given: [...fiona.slice(7), ...fiona.slice(4, 7)], gives: fionaUser },
    { given: fiona.slice(0, 4) },
    { given: [{ ID: 'User', Type: 2 }] },
    { given: 'fiona@contoso.example' },
  ],
};

export const appId: Converter = {
  name: 'app_id',
  about:
    'The id of an application, from all its names in one text or a list as JSON text: the one that is a GUID.',
  compile: () => (value) =>
    (toKeyword(value) ?? '').split(/[;,"[\] \t\r\n]+/).find((name) => guid.test(name)),
  examples: [
    {
      given:
        '0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7/api.example;https://api.example;0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7',
      gives: '0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7',
    },
    {
      given: '[\r\n  "0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7"\r\n]',
      gives: '0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7',
    },
    { given: 'Application_0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7' },
    { given: 'https://api.example' },
    { given: null },
  ],
};

/** They let someone sign in, and open nothing else. */
const plainScopes = ['openid', 'profile', 'email', 'offline_access', 'User.Read'];

export const scopes: Converter = {
  name: 'scopes',
  about:
    'Rights in a text: apart by blanks, or behind each `Scope:` of a consent; those for signing in come last.',
  compile: () => toScopes,
  examples: [
    { given: ' openid User.Read Mail.Read Mail.Read', gives: ['Mail.Read', 'openid', 'User.Read'] },
    { given: [...plainScopes, 'Mail.Read'].join(' '), gives: ['Mail.Read', ...plainScopes] },
    {
      given:
        '[[Id: a, Scope: Mail.Read]] => [[Id: a, ConsentType: Principal, Scope: User.Read Mail.Send], [Id: b, Scope: Files.Read, CreatedDateTime: ]]; ',
      gives: ['Mail.Send', 'Files.Read', 'User.Read'],
    },
    { given: '[[Id: a, Scope: Mail.Read]] => []' },
    { given: ' ' },
    { given: null },
  ],
};

function toScopes(value: Json): Json {
  const whole = toKeyword(value) ?? '';
  const after = whole.indexOf('=>');
  const text = after < 0 ? whole : whole.slice(after + 2);
  const listed = [...text.matchAll(/Scope:([^,\]]*)/g)].map(([, scope = '']) => scope);
  const plain = listed.length === 0 && after < 0 ? [text] : listed;
  const found = plain.flatMap((one) => one.split(' ').flatMap((scope) => toKeyword(scope) ?? []));
  const isPlain = (scope: string) => plainScopes.includes(scope);
  const sorted = [...found.filter((scope) => !isPlain(scope)), ...found.filter(isPlain)];
  return sorted.length === 0 ? undefined : [...new Set(sorted)];
}

export const directoryName: Converter = {
  name: 'directory_name',
  about: 'The last part of a path of the directory; other text as it is.',
  compile: () => (value) => {
    const text = toKeyword(value);
    return text === undefined ? undefined : shortenPath(text);
  },
  examples: [
    {
      given: 'EURPR01A001.prod.outlook.example/Microsoft Exchange Hosted Organizations/contoso.example/Sales',
      gives: 'Sales',
    },
    {
      given:
        'EURPR01A001.prod.outlook.example/Microsoft Exchange Hosted Organizations/contoso.example/ann\\Move',
      gives: 'ann\\Move',
    },
    { given: '/o=ExchangeLabs/ou=First/cn=Recipients/cn=0b1c2d3e4f5046178291a2b3c4d5e6f7-ann', gives: 'ann' },
    { given: 'https://contoso.example/Sales', gives: 'https://contoso.example/Sales' },
    { given: 'Sales', gives: 'Sales' },
    { given: '' },
  ],
};
