// Converts users by any name: a principal name, an address, an account of a domain, a claim, a path of the directory,
// or the id of a service.

import type { Json, JsonObject } from '../json/json.ts';
import type { Converter } from './converter.ts';
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

/**
 * The GUID behind `User_` or `ServicePrincipal_`, as records other than the directory's have it; other text as it is.
 */
export function objectIdOf(text: string): string {
  const at = text.length - emptyGuid.length;
  return at > 1 && text.charAt(at - 1) === '_' && isOpaque(text) ? text.slice(at) : text;
}

/** The login stands behind a claim or the mark of a SharePoint guest; there is none where other marks precede a hash. */
function loginOf(id: string): string | undefined {
  if (!id.startsWith('urn:')) return id.slice(id.lastIndexOf('|') + 1);
  const mark = id.indexOf('#');
  if (mark < 0) return id;
  return id.startsWith(guestMark) ? id.slice(guestMark.length) : undefined;
}

function readLogin(login: string): JsonObject {
  const inDomain = findInDirectory(login) ?? findInDomain(login);
  if (inDomain === undefined) return readAccount(login);
  const account = readAccount(inDomain.name);
  const { domain } = inDomain;
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

/** An account and the domain that it belongs to. */
interface DomainAccount {
  readonly name: string;
  readonly domain?: string;
}

/**
 * `contoso.example/Users/ann`, in Exchange Online with a forest and a fixed part before the tenant; or the older
 * `/o=ExchangeLabs/ou=…/cn=Recipients/cn=<32 hexadecimal digits>-ann`. Behind a mailbox may stand what is in it.
 */
function findInDirectory(login: string): DomainAccount | undefined {
  const last = login.lastIndexOf('/');
  if (last < 0 || last === login.length - 1) return undefined;
  const [name = ''] = login.slice(last + 1).split('\\', 1);
  if (/^\/[Oo]=/.test(login)) return { name: name.replace(legacyPart, '') };
  const [forest = '', hosted = '', tenant = ''] = login.split('/', 3);
  if (forest.indexOf('.') <= 0 || /[@ :\\]/.test(forest)) return undefined;
  return { name, domain: hosted === hostedPart && login.split('/', 4).length > 3 ? tenant : forest };
}

function findInDomain(login: string): DomainAccount | undefined {
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

export const user: Converter = {
  name: 'user',
  about: 'A user by any name: the id as written, and from it the name, the domain and the address.',
  fills: ['id', 'name', 'domain', 'email'],
  compile: () => toUser,
  examples: userExamples,
};

/** Other ids of a user are no names, such as the PUID: sixteen digits, with a domain behind them or not. */
export const principal: Converter = {
  name: 'principal',
  about: 'A user where the text is a principal name or an address, and nothing else.',
  fills: ['id', 'name', 'domain', 'email'],
  compile: () => (value) => {
    const found = toUser(value);
    const name = toKeyword(found?.name);
    return name !== undefined && found?.email === found?.id && !puid.test(name) ? found : undefined;
  },
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

/** For records that have the id of a user and the name beside it. */
export const principalName: Converter = {
  name: 'principal_name',
  about: 'The name, the domain and the address of a user by a principal name, without the id.',
  fills: ['name', 'domain', 'email'],
  compile: () => (value) => {
    const found = toUser(value);
    if (found?.name === undefined) return undefined;
    const { id: _, ...named } = found;
    return named;
  },
  examples: [
    {
      given: 'ann@contoso.example',
      gives: { name: 'ann', domain: 'contoso.example', email: 'ann@contoso.example' },
    },
    { given: 'Ann Example', gives: { name: 'Ann Example' } },
    { given: '0df31120-5486-4bda-ab7b-656f09dca3be' },
    { given: 'Not Available' },
    { given: 7 },
  ],
};

/** Spaces and case aside. */
function isSameText(left: Json, right: Json): boolean {
  const text = toKeyword(firstOf(left))?.toLowerCase();
  return text !== undefined && text === toKeyword(firstOf(right))?.toLowerCase();
}

export const otherUser: Converter = {
  name: 'other_user',
  about: 'The user of the first value, unless the last is the same as that or as the second.',
  joins: true,
  fills: ['id', 'name', 'domain', 'email'],
  compile: () => (values) => {
    if (!Array.isArray(values)) return undefined;
    const [name, id, actor] = values;
    return isSameText(name, actor) || isSameText(id, actor) ? undefined : toUser(firstOf(name));
  },
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
