// Converts URLs to their parts. Microsoft leaves spaces and brackets in them, so no strict parser reads them;
// SharePoint does not encode what it writes at all, and threat alerts leave the scheme away.

import type { Json, JsonObject } from '../json/json.ts';
import { mostObjects } from '../json/lists.ts';
import type { Converter } from './converter.ts';
import { toExtension } from './file.ts';
import { toKeyword } from './keyword.ts';
import { gatherParts } from './parts.ts';

const urlParts = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#([\s\S]*))?$/;
/** SharePoint writes a # before a query as part of a name. */
const plainParts = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/?#]*)([^?]*)(?:\?([^#]*))?(?:#([\s\S]*))?$/;
const schemeless = /^(?:[A-Za-z0-9_-]+\.)+[A-Za-z0-9-]+(?::[0-9]{1,5})?(?:[/?#][\s\S]*)?$/;

type Parse = (original: string) => JsonObject | undefined;

/** The result is undefined for text that does not begin as a URL does. A URL with a blank in its path is not encoded. */
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

export const url: Converter = {
  name: 'url',
  about: 'A URL as written, and its parts; of several, every one.',
  fills,
  takesAll: true,
  compile: () => convertWith(parseUrl),
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

export const everyUrl: Converter = {
  name: 'every_url',
  about: 'The URLs of all the paths, as written, and their parts.',
  fills,
  joins: true,
  compile: () => (values) => (Array.isArray(values) ? convertWith(parseUrl)(values.flat(2)) : undefined),
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

export const plainUrl: Converter = {
  name: 'plain_url',
  about: 'A URL that is not encoded, as SharePoint writes it: a # before any query is part of a name.',
  fills,
  takesAll: true,
  compile: () => convertWith(parsePlainUrl),
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

export const bareUrl: Converter = {
  name: 'bare_url',
  about: 'A URL that may lack its scheme, as threat alerts write it.',
  fills,
  takesAll: true,
  compile: () => convertWith(parseBareUrl),
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
