// URLs. Microsoft leaves spaces and brackets in them, so no strict parser reads them; SharePoint does not encode what it
// writes at all, and threat alerts leave the scheme away.

import type { Json, JsonObject } from '../json/json.ts';
import { mostObjects } from '../json/lists.ts';
import type { Verb } from './converter.ts';
import { toExtension } from './file.ts';
import { toKeyword } from './keyword.ts';
import { gatherParts } from './parts.ts';

const urlParts = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#([\s\S]*))?$/;
/** As SharePoint writes it: before a query, a # is part of a name. */
const plainParts = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/?#]*)([^?]*)(?:\?([^#]*))?(?:#([\s\S]*))?$/;
const schemeless = /^(?:[A-Za-z0-9_-]+\.)+[A-Za-z0-9-]+(?::[0-9]{1,5})?(?:[/?#][\s\S]*)?$/;

type Parse = (original: string) => JsonObject | undefined;

/** Undefined for what does not begin as a URL does. What has a blank in its path is not encoded. */
function parseUrl(original: string): JsonObject | undefined {
  const match = urlParts.exec(original);
  if (match === null) return undefined;
  return match[3]?.includes(' ') ? parsePlainUrl(original) : nameParts(original, match);
}

function parsePlainUrl(original: string): JsonObject | undefined {
  const match = plainParts.exec(original);
  return match === null ? undefined : nameParts(original, match);
}

function parseBareUrl(original: string): JsonObject | undefined {
  if (!schemeless.test(original)) return parseUrl(original);
  const { full: _, scheme: __, ...parts } = parseUrl(`any://${original}`) ?? {};
  return { ...parts, original };
}

function nameParts(original: string, match: RegExpExecArray): JsonObject {
  const [, scheme = '', authority = '', path = '', query = '', fragment = ''] = match;
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  const colon = host.startsWith('[') ? host.indexOf(':', host.indexOf(']')) : host.indexOf(':');
  const domain = (colon < 0 ? host : host.slice(0, colon)).toLowerCase();
  const url: JsonObject = { original, full: original, scheme: scheme.toLowerCase() };
  if (domain !== '') url.domain = domain;
  if (path !== '') url.path = path;
  if (query !== '') url.query = query;
  if (fragment !== '') url.fragment = fragment;
  const extension = toExtension(path);
  if (extension !== undefined) url.extension = extension;
  return url;
}

/** Several URLs are several values of every part. */
function convertWith(parse: Parse): (value: Json) => Json {
  const one = (value: Json) => {
    const text = typeof value === 'string' ? toKeyword(value) : undefined;
    return text === undefined ? undefined : parse(withoutAngles(text));
  };
  return (value) => (Array.isArray(value) ? gatherParts(value.slice(0, mostObjects).map(one)) : one(value));
}

/** `<https://contoso.example>`, as Copilot writes some. */
function withoutAngles(text: string): string {
  return text.startsWith('<') && text.endsWith('>') ? text.slice(1, -1) : text;
}

const fills = ['original', 'full', 'scheme', 'domain', 'path', 'query', 'fragment', 'extension'];

/** `parse` names a Painless function from text to a map of parts. */
function writePainless(parse: string): string {
  return `
    List items = value instanceof List ? (List) value : [value];
    Map urls = new HashMap();
    for (int i = 0; i < items.size() && i < ${mostObjects}; ++i) {
      if (!(items.get(i) instanceof String)) continue;
      String text = ((String) items.get(i)).trim();
      if (text.startsWith('<') && text.endsWith('>')) text = text.substring(1, text.length() - 1);
      if (!text.isEmpty()) gatherParts(urls, ${parse}(text));
    }
    return urls.isEmpty() ? null : urls;`;
}

export const url: Verb = {
  name: 'url',
  about: 'A URL as written, and its parts; of several, every one.',
  fills,
  takesAll: true,
  compile: () => convertWith(parseUrl),
  painless: writePainless('parseUrl'),
  painlessFunctions: `
Map nameUrlParts(String original, Matcher match) {
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
  url.put('full', original);
  url.put('scheme', match.group(1).toLowerCase());
  if (!domain.isEmpty()) url.put('domain', domain);
  if (!path.isEmpty()) url.put('path', path);
  if (match.group(4) != null && !match.group(4).isEmpty()) url.put('query', match.group(4));
  if (match.group(5) != null && !match.group(5).isEmpty()) url.put('fragment', match.group(5));
  String extension = (String) toExtension(path, null);
  if (extension != null) url.put('extension', extension);
  return url;
}
Map parsePlainUrl(String original) {
  Matcher match = /([A-Za-z][A-Za-z0-9+.-]*+):\\/\\/([^\\/?#]*)([^?]*)(?:\\?([^#]*))?(?:#([\\s\\S]*))?/.matcher(original);
  return match.matches() ? nameUrlParts(original, match) : null;
}
Map parseUrl(String original) {
  Matcher match = /([A-Za-z][A-Za-z0-9+.-]*+):\\/\\/([^\\/?#]*)([^?#]*)(?:\\?([^#]*))?(?:#([\\s\\S]*))?/.matcher(original);
  if (!match.matches()) return null;
  return match.group(3).indexOf(' ') >= 0 ? parsePlainUrl(original) : nameUrlParts(original, match);
}
Map parseBareUrl(String original) {
  if (!/(?:[A-Za-z0-9_-]++\\.)++[A-Za-z0-9-]++(?::[0-9]{1,5})?(?:[\\/?#][\\s\\S]*)?/.matcher(original).matches()) return parseUrl(original);
  Map url = parseUrl('any://' + original);
  url.remove('full');
  url.remove('scheme');
  url.put('original', original);
  return url;
}`,
  examples: [
    {
      given: 'https://contoso.sharepoint.com/sites/hr/Plan.DOCX?web=1#p2',
      gives: {
        original: 'https://contoso.sharepoint.com/sites/hr/Plan.DOCX?web=1#p2',
        full: 'https://contoso.sharepoint.com/sites/hr/Plan.DOCX?web=1#p2',
        scheme: 'https',
        domain: 'contoso.sharepoint.com',
        path: '/sites/hr/Plan.DOCX',
        query: 'web=1',
        fragment: 'p2',
        extension: 'docx',
      },
    },
    {
      given: 'https://contoso.example/Shared Documents/Plan #2.docx',
      gives: {
        original: 'https://contoso.example/Shared Documents/Plan #2.docx',
        full: 'https://contoso.example/Shared Documents/Plan #2.docx',
        scheme: 'https',
        domain: 'contoso.example',
        path: '/Shared Documents/Plan #2.docx',
        extension: 'docx',
      },
    },
    {
      given: 'HTTP://user@Evil.example:8080',
      gives: {
        original: 'HTTP://user@Evil.example:8080',
        full: 'HTTP://user@Evil.example:8080',
        scheme: 'http',
        domain: 'evil.example',
      },
    },
    {
      given: ' <https://[2001:db8::1]:443/>',
      gives: {
        original: 'https://[2001:db8::1]:443/',
        full: 'https://[2001:db8::1]:443/',
        scheme: 'https',
        domain: '[2001:db8::1]',
        path: '/',
      },
    },
    {
      given: ['https://a.example/x', 'none', 'https://b.example', 'https://a.example/x'],
      gives: {
        original: ['https://a.example/x', 'https://b.example'],
        full: ['https://a.example/x', 'https://b.example'],
        scheme: 'https',
        domain: ['a.example', 'b.example'],
        path: '/x',
      },
    },
    { given: 'urn:ms-drs:enterpriseregistration' },
    { given: 'evil.example/a' },
    { given: '/sites/hr' },
    { given: [] },
    { given: '' },
    { given: 3 },
  ],
};

export const everyUrl: Verb = {
  name: 'every_url',
  about: 'The URLs of all the paths, as written, and their parts.',
  fills,
  joins: true,
  compile: () => (values) => (Array.isArray(values) ? convertWith(parseUrl)(values.flat(2)) : undefined),
  painless: `
    if (!(value instanceof List)) return null;
    List all = new ArrayList();
    for (def one : (List) value) if (one instanceof List) all.addAll((List) one); else all.add(one);
    return toUrl(all, null);`,
  examples: [
    {
      given: [['https://a.example/x', 'none'], null, 'https://b.example/x'],
      gives: {
        original: ['https://a.example/x', 'https://b.example/x'],
        full: ['https://a.example/x', 'https://b.example/x'],
        scheme: 'https',
        domain: ['a.example', 'b.example'],
        path: '/x',
      },
    },
    { given: [[], null] },
    { given: 'https://a.example' },
  ],
};

export const plainUrl: Verb = {
  name: 'plain_url',
  about: 'A URL that is not encoded, as SharePoint writes it: a # before any query is part of a name.',
  fills,
  takesAll: true,
  compile: () => convertWith(parsePlainUrl),
  painless: writePainless('parsePlainUrl'),
  examples: [
    {
      given: 'https://contoso.example/Documents/Budget#4-100%25.xlsx',
      gives: {
        original: 'https://contoso.example/Documents/Budget#4-100%25.xlsx',
        full: 'https://contoso.example/Documents/Budget#4-100%25.xlsx',
        scheme: 'https',
        domain: 'contoso.example',
        path: '/Documents/Budget#4-100%25.xlsx',
        extension: 'xlsx',
      },
    },
    {
      given: 'https://contoso.example/_layouts/viewer.aspx?id=#1/Home.aspx#top',
      gives: {
        original: 'https://contoso.example/_layouts/viewer.aspx?id=#1/Home.aspx#top',
        full: 'https://contoso.example/_layouts/viewer.aspx?id=#1/Home.aspx#top',
        scheme: 'https',
        domain: 'contoso.example',
        path: '/_layouts/viewer.aspx',
        query: 'id=',
        fragment: '1/Home.aspx#top',
        extension: 'aspx',
      },
    },
    { given: 'Documents/Budget #4.xlsx' },
    { given: null },
  ],
};

export const bareUrl: Verb = {
  name: 'bare_url',
  about: 'A URL that may lack its scheme, as threat alerts write it.',
  fills,
  takesAll: true,
  compile: () => convertWith(parseBareUrl),
  painless: writePainless('parseBareUrl'),
  examples: [
    {
      given: 'login.Evil.example:8443/a.php?b=c',
      gives: {
        original: 'login.Evil.example:8443/a.php?b=c',
        domain: 'login.evil.example',
        path: '/a.php',
        query: 'b=c',
        extension: 'php',
      },
    },
    { given: 'evil.example', gives: { original: 'evil.example', domain: 'evil.example' } },
    {
      given: 'https://evil.example/a',
      gives: {
        original: 'https://evil.example/a',
        full: 'https://evil.example/a',
        scheme: 'https',
        domain: 'evil.example',
        path: '/a',
      },
    },
    { given: '6a1f2b3c-4d5e-4f60-8a7b-9c0d1e2f3a4b-1582-1' },
    { given: 'm@evil.example' },
    { given: 'localhost/a' },
    { given: '' },
  ],
};
