// What Entra ID writes of things in its directory: flat lists of ids, applications by all their names, and consents.

import { isObject, type Json, type JsonObject } from '../json/json.ts';
import type { Verb } from './converter.ts';
import { toKeyword } from './keyword.ts';
import { shortenPath, toUser } from './user.ts';

const guid = /^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/;
const beginning = /^([A-Za-z]+)_[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/;
const guidLength = 36;
const kindWord = /^[A-Z][A-Za-z]+$/;

/**
 * One thing of a list that names several by all their ids: `User_<GUID>`, the GUID, `User`, a name (type 1), … Names may
 * stand before the first of them.
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

const thingsPainless = `
List readThings(def value) {
  List things = new ArrayList();
  Map current = null;
  List items = value instanceof List ? (List) value : [value];
  for (def item : items) {
    if (!(item instanceof Map)) continue;
    String id = (String) toKeyword(((Map) item).get('ID'), null);
    String type = (String) toKeyword(((Map) item).get('Type'), null);
    if (id == null || type == null) continue;
    def matcher = /([A-Za-z]++)_[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}/.matcher(id);
    String kind = matcher.matches() ? matcher.group(1) : null;
    if (current == null || (kind != null && current.kind != '')) {
      current = ['kind': '', 'ids': new ArrayList()];
      things.add(current);
    }
    if (kind != null) current.kind = kind;
    else if (type == '2' && current.kind == '' && /[A-Z][A-Za-z]+/.matcher(id).matches()) current.kind = id;
    ((List) current.ids).add(['id': id, 'type': type]);
  }
  return things;
}
boolean holdsKind(def value, String kind) {
  if (!(value instanceof List)) return true;
  for (def item : (List) value) {
    if (!(item instanceof Map)) continue;
    def id = ((Map) item).get('ID');
    if (id instanceof String && ((String) id).startsWith(kind)) return true;
  }
  return false;
}`;

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

export const directoryNames: Verb = {
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
  painlessFunctions: thingsPainless,
  painless: `
    String[] words = ((String) options).splitOnToken(' ');
    if (!holdsKind(value, words[0])) return null;
    boolean ids = words.length > 1 && words[1] == 'id';
    List found = new ArrayList();
    for (def thing : readThings(value)) {
      if (thing.kind != words[0]) continue;
      for (def one : (List) thing.ids) {
        boolean wanted = ids
          ? one.type == '2' && /[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}/.matcher((String) one.id).matches()
          : one.type == '1';
        if (!wanted) continue;
        if (!found.contains(one.id)) found.add(one.id);
        break;
      }
    }
    return found.isEmpty() ? null : found.size() > 1 ? (def) found : found.get(0);`,
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

export const directoryUsers: Verb = {
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
  painless: `
    if (!holdsKind(value, 'User')) return null;
    List found = new ArrayList();
    for (def thing : readThings(value)) {
      if (thing.kind != 'User') continue;
      Map user = null;
      String name = null;
      boolean read = false;
      for (def one : (List) thing.ids) {
        if (one.type == '5' && !read) { user = (Map) toUser(one.id, null); read = true; }
        if (one.type == '1' && name == null) name = (String) one.id;
      }
      if (user == null) user = new HashMap();
      if (name != null) user.put('full_name', name);
      if (!user.isEmpty()) found.add(user);
    }
    return found.isEmpty() ? null : found.size() > 1 ? (def) found : found.get(0);`,
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

export const appId: Verb = {
  name: 'app_id',
  about:
    'The id of an application, from all its names in one text or a list as JSON text: the one that is a GUID.',
  compile: () => (value) =>
    (toKeyword(value) ?? '').split(/[;,"[\] \t\r\n]+/).find((name) => guid.test(name)),
  painless: `
    String text = (String) toKeyword(value, null);
    if (text == null) return null;
    for (String name : /[;,"\\[\\] \\t\\r\\n]+/.split(text)) {
      if (/[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}/.matcher(name).matches()) return name;
    }
    return null;`,
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

export const scopes: Verb = {
  name: 'scopes',
  about:
    'Rights in a text: apart by blanks, or behind each `Scope:` of a consent; those for signing in come last.',
  compile: () => toScopes,
  painless: `
    String text = (String) toKeyword(value, null);
    if (text == null) return null;
    int after = text.indexOf('=>');
    if (after >= 0) text = text.substring(after + 2);
    List texts = new ArrayList();
    int at = text.indexOf('Scope:');
    if (at < 0) { if (after < 0) texts.add(text); }
    else for (; at >= 0; at = text.indexOf('Scope:', at + 6)) {
      int end = at + 6;
      while (end < text.length() && text.charAt(end) != (char) ',' && text.charAt(end) != (char) ']') end++;
      texts.add(text.substring(at + 6, end));
    }
    List first = new ArrayList();
    List last = new ArrayList();
    for (String one : texts) {
      for (String scope : one.splitOnToken(' ')) {
        String trimmed = scope.trim();
        if (trimmed.isEmpty()) continue;
        List list = ['${plainScopes.join("', '")}'].contains(trimmed) ? last : first;
        if (!list.contains(trimmed)) list.add(trimmed);
      }
    }
    first.addAll(last);
    return first.isEmpty() ? null : first;`,
  examples: [
    { given: ' openid User.Read Mail.Read Mail.Read', gives: ['Mail.Read', 'openid', 'User.Read'] },
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

export const directoryName: Verb = {
  name: 'directory_name',
  about: 'The last part of a path of the directory; other text as it is.',
  compile: () => (value) => {
    const text = toKeyword(value);
    return text === undefined ? undefined : shortenPath(text);
  },
  painless: `
    String text = (String) toKeyword(value, null);
    return text == null ? null : shortenPath(text);`,
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
