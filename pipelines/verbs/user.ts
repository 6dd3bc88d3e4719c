// Who: a principal name, an address, an account of a domain, a claim, or some service's id.

import type { Json, JsonObject } from '../json.ts';
import { toKeyword } from './keyword.ts';
import type { Verb } from './verb.ts';

/** What services write when they do not know. */
const nobody = new Set(['not available', 'unknown', 'not-found', 'n/a', 'none', 'null']);

const guestMark = 'urn:spo:guest#';

export function toUser(value: Json): JsonObject | undefined {
  const id = typeof value === 'string' ? toKeyword(value) : undefined;
  if (id === undefined || nobody.has(id.toLowerCase())) return undefined;
  const login = loginOf(id);
  if (login === undefined) return { id };
  const at = login.indexOf('@');
  if (at > 0 && at === login.lastIndexOf('@') && at < login.length - 1 && login.indexOf(' ') < 0) {
    const domain = login.slice(at + 1);
    const user: JsonObject = { id, name: login.slice(0, at), domain };
    if (domain.indexOf('.') > 0) user.email = login;
    return user;
  }
  const slash = login.indexOf('\\');
  if (slash > 0 && slash < login.length - 1) {
    return { id, name: login.slice(slash + 1), domain: login.slice(0, slash) };
  }
  return login === '' || isOpaque(login) ? { id } : { id, name: login };
}

/** Without the claim before it, or the mark of a guest of SharePoint; undefined where other marks precede a hash. */
function loginOf(id: string): string | undefined {
  if (!id.startsWith('urn:')) return id.slice(id.lastIndexOf('|') + 1);
  const mark = id.indexOf('#');
  if (mark < 0) return id;
  return id.startsWith(guestMark) ? id.slice(guestMark.length) : undefined;
}

/** A GUID, alone or behind `ServicePrincipal_`, or a Windows security identifier: an id, and nobody's name. */
function isOpaque(text: string): boolean {
  return (
    text.startsWith('S-1-') ||
    /^(?:[A-Za-z]+_)?[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/.test(text)
  );
}

export const user: Verb = {
  name: 'user',
  remembered: true,
  about: 'A user by any name: the id as written, and from it the name, the domain and the address.',
  fills: ['id', 'name', 'domain', 'email'],
  compile: () => toUser,
  painless: `
    if (!(value instanceof String)) return null;
    String id = ((String) value).trim();
    if (id.isEmpty() || ['not available', 'unknown', 'not-found', 'n/a', 'none', 'null'].contains(id.toLowerCase())) return null;
    Map user = new HashMap();
    user.put('id', id);
    boolean urn = id.startsWith('urn:') && id.indexOf('#') >= 0;
    if (urn && !id.startsWith('${guestMark}')) return user;
    String login = urn ? id.substring(${guestMark.length}) : id.startsWith('urn:') ? id : id.substring(id.lastIndexOf('|') + 1);
    int at = login.indexOf('@');
    if (at > 0 && at == login.lastIndexOf('@') && at < login.length() - 1 && login.indexOf(' ') < 0) {
      String domain = login.substring(at + 1);
      user.put('name', login.substring(0, at));
      user.put('domain', domain);
      if (domain.indexOf('.') > 0) user.put('email', login);
      return user;
    }
    int slash = login.indexOf('\\\\');
    if (slash > 0 && slash < login.length() - 1) {
      user.put('name', login.substring(slash + 1));
      user.put('domain', login.substring(0, slash));
      return user;
    }
    boolean opaque = login.startsWith('S-1-')
      || /(?:[A-Za-z]++_)?[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}/.matcher(login).matches();
    if (!opaque && !login.isEmpty()) user.put('name', login);
    return user;`,
  examples: [
    {
      given: 'Joey@example.org',
      gives: { id: 'Joey@example.org', name: 'Joey', domain: 'example.org', email: 'Joey@example.org' },
    },
    { given: 'app@sharepoint', gives: { id: 'app@sharepoint', name: 'app', domain: 'sharepoint' } },
    {
      given: 'i:0h.f|membership|10032001266c162c@live.com',
      gives: {
        id: 'i:0h.f|membership|10032001266c162c@live.com',
        name: '10032001266c162c',
        domain: 'live.com',
        email: '10032001266c162c@live.com',
      },
    },
    {
      given: 'NT AUTHORITY\\SYSTEM (w3wp)',
      gives: { id: 'NT AUTHORITY\\SYSTEM (w3wp)', name: 'SYSTEM (w3wp)', domain: 'NT AUTHORITY' },
    },
    {
      given: 'SecurityComplianceAlerts',
      gives: { id: 'SecurityComplianceAlerts', name: 'SecurityComplianceAlerts' },
    },
    { given: 'S-1-5-18', gives: { id: 'S-1-5-18' } },
    {
      given: 'ServicePrincipal_0df31120-5486-4bda-ab7b-656f09dca3be',
      gives: { id: 'ServicePrincipal_0df31120-5486-4bda-ab7b-656f09dca3be' },
    },
    { given: '0df31120-5486-4bda-ab7b-656f09dca3be', gives: { id: '0df31120-5486-4bda-ab7b-656f09dca3be' } },
    {
      given: 'urn:spo:guest#eve@fabrikam.example',
      gives: {
        id: 'urn:spo:guest#eve@fabrikam.example',
        name: 'eve',
        domain: 'fabrikam.example',
        email: 'eve@fabrikam.example',
      },
    },
    {
      given: 'urn:forms:anonymous#a0b1c2d3@forms.office.com',
      gives: { id: 'urn:forms:anonymous#a0b1c2d3@forms.office.com' },
    },
    { given: 'urn:spo:anon#e5ef', gives: { id: 'urn:spo:anon#e5ef' } },
    { given: 'urn:federation', gives: { id: 'urn:federation', name: 'urn:federation' } },
    { given: 'a@b@c', gives: { id: 'a@b@c', name: 'a@b@c' } },
    { given: '@x', gives: { id: '@x', name: '@x' } },
    { given: 'claim|', gives: { id: 'claim|' } },
    { given: 'Not Available' },
    { given: 'NOT-FOUND' },
    { given: ' ' },
    { given: 7 },
    { given: null },
  ],
};
