// Addresses of things: URLs and paths. Microsoft leaves spaces and brackets in URLs, so no strict parser reads them.

import type { Json, JsonObject } from '../json.ts';
import { toKeyword } from './keyword.ts';
import type { Verb } from './verb.ts';

const urlParts = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#([\s\S]*))?$/;
const fileExtension = /[^./\\]\.([A-Za-z0-9]{1,10})$/;

/** Undefined for what does not begin as a URL does. */
export function toUrl(value: Json): JsonObject | undefined {
  const original = typeof value === 'string' ? toKeyword(value) : undefined;
  const match = original === undefined ? null : urlParts.exec(original);
  if (match === null || original === undefined) return undefined;
  const [, scheme = '', authority = '', path = '', query = '', fragment = ''] = match;
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  const colon = host.startsWith('[') ? host.indexOf(':', host.indexOf(']')) : host.indexOf(':');
  const domain = (colon < 0 ? host : host.slice(0, colon)).toLowerCase();
  const url: JsonObject = { original, scheme: scheme.toLowerCase() };
  if (domain !== '') url.domain = domain;
  if (path !== '') url.path = path;
  if (query !== '') url.query = query;
  if (fragment !== '') url.fragment = fragment;
  const extension = toExtension(path);
  if (extension !== undefined) url.extension = extension;
  return url;
}

export function toExtension(value: Json): string | undefined {
  const text = typeof value === 'string' ? toKeyword(value) : undefined;
  return text === undefined ? undefined : fileExtension.exec(text)?.[1]?.toLowerCase();
}

export function toFile(value: Json): JsonObject | undefined {
  const path = typeof value === 'string' ? toKeyword(value) : undefined;
  if (path === undefined) return undefined;
  const cut = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
  const name = path.slice(cut + 1);
  const file: JsonObject = { path };
  if (name !== '') file.name = name;
  if (cut > 0) file.directory = path.slice(0, cut);
  const extension = toExtension(name);
  if (extension !== undefined) file.extension = extension;
  return file;
}

export const url: Verb = {
  name: 'url',
  about: 'A URL as written, and its parts.',
  fills: ['original', 'scheme', 'domain', 'path', 'query', 'fragment', 'extension'],
  compile: () => toUrl,
  painless: `
    if (!(value instanceof String)) return null;
    String original = ((String) value).trim();
    Matcher match = /([A-Za-z][A-Za-z0-9+.-]*+):\\/\\/([^\\/?#]*)([^?#]*)(?:\\?([^#]*))?(?:#([\\s\\S]*))?/.matcher(original);
    if (!match.matches()) return null;
    String authority = match.group(2);
    String path = match.group(3);
    String host = authority.substring(authority.lastIndexOf('@') + 1);
    int colon = host.indexOf(':');
    if (host.startsWith('[')) {
      int close = host.indexOf(']');
      colon = -1;
      for (int i = close < 0 ? 0 : close; i < host.length(); ++i) {
        if (host.charAt(i) == (char) ':') { colon = i; break; }
      }
    }
    String domain = (colon < 0 ? host : host.substring(0, colon)).toLowerCase();
    Map url = new HashMap();
    url.put('original', original);
    url.put('scheme', match.group(1).toLowerCase());
    if (!domain.isEmpty()) url.put('domain', domain);
    if (!path.isEmpty()) url.put('path', path);
    if (match.group(4) != null && !match.group(4).isEmpty()) url.put('query', match.group(4));
    if (match.group(5) != null && !match.group(5).isEmpty()) url.put('fragment', match.group(5));
    String extension = (String) toExtension(path, null);
    if (extension != null) url.put('extension', extension);
    return url;`,
  examples: [
    {
      given: 'https://contoso.sharepoint.com/sites/hr/Shared Documents/Plan.DOCX?web=1#p2',
      gives: {
        original: 'https://contoso.sharepoint.com/sites/hr/Shared Documents/Plan.DOCX?web=1#p2',
        scheme: 'https',
        domain: 'contoso.sharepoint.com',
        path: '/sites/hr/Shared Documents/Plan.DOCX',
        query: 'web=1',
        fragment: 'p2',
        extension: 'docx',
      },
    },
    {
      given: 'HTTP://user@Evil.example:8080',
      gives: { original: 'HTTP://user@Evil.example:8080', scheme: 'http', domain: 'evil.example' },
    },
    {
      given: 'https://[2001:db8::1]:443/',
      gives: { original: 'https://[2001:db8::1]:443/', scheme: 'https', domain: '[2001:db8::1]', path: '/' },
    },
    { given: 'urn:ms-drs:enterpriseregistration' },
    { given: '/sites/hr' },
    { given: '' },
    { given: 3 },
  ],
};

export const extension: Verb = {
  name: 'extension',
  about: 'The extension of a file name, in lower case, without its dot.',
  compile: () => toExtension,
  painless: `
    if (!(value instanceof String)) return null;
    String text = ((String) value).trim();
    int dot = text.lastIndexOf('.');
    if (dot < 1 || text.length() - dot > 11) return null;
    if ('./\\\\'.indexOf(text.substring(dot - 1, dot)) >= 0) return null;
    String extension = text.substring(dot + 1);
    return /[A-Za-z0-9]++/.matcher(extension).matches() ? extension.toLowerCase() : null;`,
  examples: [
    { given: 'Budget.final.XLSX', gives: 'xlsx' },
    { given: 'README' },
    { given: '.gitignore' },
    { given: 'a.b/c' },
    { given: 'a.abcdefghijk' },
    { given: 'dots.' },
    { given: null },
  ],
};

export const file: Verb = {
  name: 'file',
  about: 'A path with slashes of either kind, and its parts.',
  fills: ['path', 'name', 'directory', 'extension'],
  compile: () => toFile,
  painless: `
    if (!(value instanceof String)) return null;
    String path = ((String) value).trim();
    if (path.isEmpty()) return null;
    int cut = (int) Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\\\'));
    String name = path.substring(cut + 1);
    Map file = new HashMap();
    file.put('path', path);
    if (!name.isEmpty()) file.put('name', name);
    if (cut > 0) file.put('directory', path.substring(0, cut));
    String extension = (String) toExtension(name, null);
    if (extension != null) file.put('extension', extension);
    return file;`,
  examples: [
    {
      given: 'C:\\Users\\ann\\Plan.docx',
      gives: {
        path: 'C:\\Users\\ann\\Plan.docx',
        name: 'Plan.docx',
        directory: 'C:\\Users\\ann',
        extension: 'docx',
      },
    },
    {
      given: '/srv/share/notes',
      gives: { path: '/srv/share/notes', name: 'notes', directory: '/srv/share' },
    },
    { given: 'notes.txt', gives: { path: 'notes.txt', name: 'notes.txt', extension: 'txt' } },
    { given: '/', gives: { path: '/' } },
    { given: ' ' },
    { given: {} },
  ],
};
