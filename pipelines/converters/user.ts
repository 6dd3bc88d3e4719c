// Who: a principal name, an address, an account of a domain, a claim, a path of the directory, or some service's id.

import type { Json, JsonObject } from '../json/json.ts';
import type { Verb } from './converter.ts';
import { toKeyword } from './keyword.ts';
import { firstOf } from './parts.ts';
import { nobodies, userExamples } from './user-examples.ts';

const nobody: ReadonlySet<string> = new Set(nobodies);
const nobodyLengths: ReadonlySet<number> = new Set(nobodies.map((text) => text.length));
const longestNobody = Math.max(...nobodies.map((text) => text.length));
const emptyGuid = '00000000-0000-0000-0000-000000000000';

const puid = /^[0-9A-Fa-f]{16}$/;

const guestMark = 'urn:spo:guest#';
const hostedPart = 'Microsoft Exchange Hosted Organizations';
const hostedMark = `/${hostedPart}/`;
const legacyPart = /^[Cc][Nn]=(?:[0-9A-Fa-f]{32}-)?/;

export function toUser(value: Json): JsonObject | undefined {
  const id = typeof value === 'string' ? toKeyword(value) : undefined;
  if (id === undefined || isNobody(id)) return undefined;
  const login = loginOf(id);
  return login === undefined ? { id } : { id, ...readLogin(login) };
}

/** A word for someone unknown, or a GUID of zeros, alone or behind what kind of thing it is the id of. */
export function isNobody(text: string): boolean {
  if (text.length <= longestNobody) return nobodyLengths.has(text.length) && nobody.has(text.toLowerCase());
  return text.endsWith(emptyGuid) && isOpaque(text);
}

/** The GUID behind `User_` or `ServicePrincipal_`, as records other than the directory's have it; other text as it is. */
export function objectIdOf(text: string): string {
  const at = text.length - emptyGuid.length;
  return at > 1 && text.charAt(at - 1) === '_' && isOpaque(text) ? text.slice(at) : text;
}

/** Without the claim before it, or the mark of a guest of SharePoint; undefined where other marks precede a hash. */
function loginOf(id: string): string | undefined {
  if (!id.startsWith('urn:')) return id.slice(id.lastIndexOf('|') + 1);
  const mark = id.indexOf('#');
  if (mark < 0) return id;
  return id.startsWith(guestMark) ? id.slice(guestMark.length) : undefined;
}

function readLogin(login: string): JsonObject {
  const place = findInDirectory(login) ?? findInDomain(login);
  if (place === undefined) return readAccount(login);
  const account = readAccount(place.name);
  const { domain } = place;
  return account.name === undefined || domain === undefined ? account : { domain, ...account };
}

/** An address, or a name; neither of them where it is an id. */
function readAccount(login: string): JsonObject {
  const at = login.indexOf('@');
  if (at > 0 && at === login.lastIndexOf('@') && at < login.length - 1 && login.indexOf(' ') < 0) {
    const name = login.slice(0, at);
    const domain = login.slice(at + 1);
    const user: JsonObject = isOpaque(name) ? { domain } : { name, domain };
    if (domain.indexOf('.') > 0) user.email = login;
    return user;
  }
  return login === '' || isOpaque(login) ? {} : { name: login };
}

/** A path of the directory of Exchange, as people name what it leads to; other text as it is. */
export function shortenPath(text: string): string {
  const isLegacy = text.charCodeAt(0) === 47 && (text.startsWith('/o=') || text.startsWith('/O='));
  if (!isLegacy && text.indexOf(hostedMark) < 0) return text;
  const last = text.slice(text.lastIndexOf('/') + 1);
  return (isLegacy ? last.replace(legacyPart, '') : last) || text;
}

/** Where an account is, and the account by itself. */
interface Place {
  readonly name: string;
  readonly domain?: string;
}

/**
 * `contoso.example/Users/ann`, in Exchange Online with a forest and a fixed part before the tenant; or the older
 * `/o=ExchangeLabs/ou=…/cn=Recipients/cn=<32 hexadecimal digits>-ann`. Behind a mailbox may stand what is in it.
 */
function findInDirectory(login: string): Place | undefined {
  const last = login.lastIndexOf('/');
  if (last < 0 || last === login.length - 1) return undefined;
  const [name = ''] = login.slice(last + 1).split('\\', 1);
  if (/^\/[Oo]=/.test(login)) return { name: name.replace(legacyPart, '') };
  const [forest = '', hosted = '', tenant = ''] = login.split('/', 3);
  if (forest.indexOf('.') <= 0 || /[@ :\\]/.test(forest)) return undefined;
  return { name, domain: hosted === hostedPart && login.split('/', 4).length > 3 ? tenant : forest };
}

function findInDomain(login: string): Place | undefined {
  const slash = login.indexOf('\\');
  if (slash <= 0 || slash === login.length - 1) return undefined;
  return { name: login.slice(slash + 1), domain: login.slice(0, slash) };
}

/** A GUID, alone or behind `ServicePrincipal_`, or a Windows security identifier: an id, and nobody's name. */
function isOpaque(text: string): boolean {
  return (
    text.startsWith('S-1-') ||
    /^(?:[A-Za-z]+_)?[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/.test(text)
  );
}

const userPainless = `
boolean isOpaque(String text) {
  return text.startsWith('S-1-')
    || /(?:[A-Za-z]++_)?[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}/.matcher(text).matches();
}
boolean isNobody(String text) {
  if (text.length() <= ${longestNobody}) return ['${nobodies.join("', '")}'].contains(text.toLowerCase());
  return text.endsWith('${emptyGuid}') && isOpaque(text);
}
String objectIdOf(String text) {
  int at = text.length() - ${emptyGuid.length};
  return at > 1 && text.charAt(at - 1) == (char) '_' && isOpaque(text) ? text.substring(at) : text;
}
String shortenPath(String text) {
  boolean legacy = text.startsWith('/o=') || text.startsWith('/O=');
  if (!legacy && text.indexOf('${hostedMark}') < 0) return text;
  String last = text.substring(text.lastIndexOf('/') + 1);
  if (legacy) last = /^[Cc][Nn]=(?:[0-9A-Fa-f]{32}-)?/.matcher(last).replaceFirst('');
  return last.isEmpty() ? text : last;
}
Map readAccount(String login) {
  Map user = new HashMap();
  int at = login.indexOf('@');
  if (at > 0 && at == login.lastIndexOf('@') && at < login.length() - 1 && login.indexOf(' ') < 0) {
    String name = login.substring(0, at);
    String domain = login.substring(at + 1);
    if (!isOpaque(name)) user.put('name', name);
    user.put('domain', domain);
    if (domain.indexOf('.') > 0) user.put('email', login);
  } else if (!login.isEmpty() && !isOpaque(login)) user.put('name', login);
  return user;
}
List findPlace(String login) {
  int last = login.lastIndexOf('/');
  if (last >= 0 && last < login.length() - 1) {
    String name = login.substring(last + 1);
    int inside = name.indexOf('\\\\');
    if (inside >= 0) name = name.substring(0, inside);
    if (login.startsWith('/o=') || login.startsWith('/O=')) {
      return [/^[Cc][Nn]=(?:[0-9A-Fa-f]{32}-)?/.matcher(name).replaceFirst(''), null];
    }
    String[] parts = login.splitOnToken('/');
    String forest = parts[0];
    if (forest.indexOf('.') > 0 && !/[@ :\\\\]/.matcher(forest).find()) {
      return [name, parts.length > 3 && parts[1] == '${hostedPart}' ? parts[2] : forest];
    }
  }
  int slash = login.indexOf('\\\\');
  return slash > 0 && slash < login.length() - 1 ? [login.substring(slash + 1), login.substring(0, slash)] : null;
}`;

export const user: Verb = {
  name: 'user',
  about: 'A user by any name: the id as written, and from it the name, the domain and the address.',
  fills: ['id', 'name', 'domain', 'email'],
  compile: () => toUser,
  painlessFunctions: userPainless,
  painless: `
    if (!(value instanceof String)) return null;
    String id = ((String) value).trim();
    if (id.isEmpty() || isNobody(id)) return null;
    Map user = new HashMap();
    user.put('id', id);
    boolean urn = id.startsWith('urn:') && id.indexOf('#') >= 0;
    if (urn && !id.startsWith('${guestMark}')) return user;
    String login = urn ? id.substring(${guestMark.length}) : id.startsWith('urn:') ? id : id.substring(id.lastIndexOf('|') + 1);
    List place = findPlace(login);
    Map account = readAccount(place == null ? login : (String) place.get(0));
    if (place != null && place.get(1) != null && account.get('name') != null) user.put('domain', place.get(1));
    user.putAll(account);
    return user;`,
  examples: userExamples,
};

/** By a principal name alone: other ids of a user are no names, such as the PUID, sixteen digits before a domain or none. */
export const principal: Verb = {
  name: 'principal',
  about: 'A user where the text is a principal name or an address, and nothing else.',
  fills: ['id', 'name', 'domain', 'email'],
  compile: () => (value) => {
    const found = toUser(value);
    const name = toKeyword(found?.name);
    return name !== undefined && found?.email === found?.id && !puid.test(name) ? found : undefined;
  },
  painless: `
    Map found = (Map) toUser(value, null);
    if (found == null || found.get('name') == null || found.get('id') != found.get('email')) return null;
    return /[0-9A-Fa-f]{16}/.matcher((String) found.get('name')).matches() ? null : found;`,
  examples: [
    {
      given: 'ann@contoso.example',
      gives: {
        id: 'ann@contoso.example',
        name: 'ann',
        domain: 'contoso.example',
        email: 'ann@contoso.example',
      },
    },
    { given: '10032001266C162C' },
    { given: '10032001266C162C@contoso.example' },
    { given: 'i:0h.f|membership|10032001266c162c@live.com' },
    { given: 'app@sharepoint' },
    { given: 'Not Available' },
    { given: 7 },
  ],
};

/** Spaces and case aside. */
function isSameText(left: Json, right: Json): boolean {
  const text = toKeyword(firstOf(left))?.toLowerCase();
  return text !== undefined && text === toKeyword(firstOf(right))?.toLowerCase();
}

export const otherUser: Verb = {
  name: 'other_user',
  about: 'The user of the first value, unless the last is the same as that or as the second.',
  joins: true,
  fills: ['id', 'name', 'domain', 'email'],
  compile: () => (values) => {
    if (!Array.isArray(values)) return undefined;
    const [name, id, actor] = values;
    return isSameText(name, actor) || isSameText(id, actor) ? undefined : toUser(firstOf(name));
  },
  painlessFunctions: `
boolean isSameText(def left, def right) {
  String text = (String) toKeyword(firstOf(left), null);
  String other = (String) toKeyword(firstOf(right), null);
  return text != null && other != null && text.toLowerCase() == other.toLowerCase();
}`,
  painless: `
    if (!(value instanceof List) || ((List) value).size() < 3) return null;
    List values = (List) value;
    if (isSameText(values.get(0), values.get(2)) || isSameText(values.get(1), values.get(2))) return null;
    return toUser(firstOf(values.get(0)), null);`,
  examples: [
    {
      given: ['bob@contoso.example', 'S-1-5-21-1', 'ann@contoso.example'],
      gives: {
        id: 'bob@contoso.example',
        name: 'bob',
        domain: 'contoso.example',
        email: 'bob@contoso.example',
      },
    },
    { given: ['bob@contoso.example', null, ' Bob@Contoso.example'] },
    { given: ['bob@contoso.example', ['S-1-5-21-1'], 'S-1-5-21-1'] },
    { given: ['Bob', null, null], gives: { id: 'Bob', name: 'Bob' } },
    { given: [null, null, 'ann@contoso.example'] },
    { given: 'Bob' },
  ],
};
