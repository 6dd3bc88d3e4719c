// Converts paths of files: paths with slashes of either kind and URLs of files, the names and folders in them, and
// extensions.

import type { Json, JsonObject } from '../json/json.ts';
import { mostObjects } from '../json/lists.ts';
import type { Converter } from './converter.ts';
import { toKeyword } from './keyword.ts';
import { firstOf, gatherParts } from './parts.ts';

const fileExtension = /[^./\\]\.([A-Za-z0-9]{1,10})$/;
const urlBeginning = /^[A-Za-z][A-Za-z0-9+.-]*:\/\//;
const noEscapes = /[ \t\r\n]|%(?![0-9A-Fa-f]{2})/;

export function toExtension(value: Json): string | undefined {
  const text = typeof value === 'string' ? toKeyword(value) : undefined;
  return text === undefined ? undefined : fileExtension.exec(text)?.[1]?.toLowerCase();
}

function toFile(value: Json): JsonObject | undefined {
  const text = typeof value === 'string' ? toKeyword(value) : undefined;
  if (text === undefined) return undefined;
  const path = toPath(text);
  const cut = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
  const name = path.slice(cut + 1);
  const file: JsonObject = { path };
  if (name !== '') file.name = name;
  if (cut > 0) file.directory = path.slice(0, cut);
  const extension = toExtension(name);
  if (extension !== undefined) file.extension = extension;
  return file;
}

/** A URL without its query, and decoded where it is encoded; any other path as it is. */
function toPath(text: string): string {
  const address = text.startsWith('<') && text.endsWith('>') ? text.slice(1, -1) : text;
  if (!urlBeginning.test(address)) return text;
  const query = address.indexOf('?');
  const path = query < 0 ? address : address.slice(0, query);
  if (path.indexOf('%') < 0 || noEscapes.test(path)) return path;
  const fragment = path.indexOf('#');
  const encoded = fragment < 0 ? path : path.slice(0, fragment);
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}

export const file: Converter = {
  name: 'file',
  about: 'A path with slashes of either kind, or the URL of a file, and its parts; of several, every one.',
  fills: ['path', 'name', 'directory', 'extension'],
  takesAll: true,
  compile: () => (value) =>
    Array.isArray(value) ? gatherParts(value.slice(0, mostObjects).map(toFile)) : toFile(value),
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
      given: '/srv/share/notes%20#1?',
      gives: { path: '/srv/share/notes%20#1?', name: 'notes%20#1?', directory: '/srv/share' },
    },
    {
      given: 'https://contoso.example/Shared%20Documents/Gr%C3%B6%C3%9Fe%20%F0%9F%98%80.xlsx?web=1',
      gives: {
        path: 'https://contoso.example/Shared Documents/Größe 😀.xlsx',
        name: 'Größe 😀.xlsx',
        directory: 'https://contoso.example/Shared Documents',
        extension: 'xlsx',
      },
    },
    {
      given: 'https://contoso.example/Documents/Plan%20%232.docx#page=2',
      gives: {
        path: 'https://contoso.example/Documents/Plan #2.docx',
        name: 'Plan #2.docx',
        directory: 'https://contoso.example/Documents',
        extension: 'docx',
      },
    },
    {
      given: 'https://contoso.example/Documents/100%25 of #2.docx',
      gives: {
        path: 'https://contoso.example/Documents/100%25 of #2.docx',
        name: '100%25 of #2.docx',
        directory: 'https://contoso.example/Documents',
        extension: 'docx',
      },
    },
    {
      given: 'https://contoso.example/100%.docx',
      gives: {
        path: 'https://contoso.example/100%.docx',
        name: '100%.docx',
        directory: 'https://contoso.example',
        extension: 'docx',
      },
    },
    {
      given: 'https://contoso.example/caf%E9%20%ED%A0%80.docx',
      gives: {
        path: 'https://contoso.example/caf%E9%20%ED%A0%80.docx',
        name: 'caf%E9%20%ED%A0%80.docx',
        directory: 'https://contoso.example',
        extension: 'docx',
      },
    },
    {
      given: ['<https://contoso.example/A%20b.docx>', 'c/d.pdf'],
      gives: {
        path: ['https://contoso.example/A b.docx', 'c/d.pdf'],
        name: ['A b.docx', 'd.pdf'],
        directory: ['https://contoso.example', 'c'],
        extension: ['docx', 'pdf'],
      },
    },
    { given: 'notes.txt', gives: { path: 'notes.txt', name: 'notes.txt', extension: 'txt' } },
    { given: '/', gives: { path: '/' } },
    { given: ' ' },
    { given: {} },
  ],
};

export const extension: Converter = {
  name: 'extension',
  about: 'The extension of a file name, in lower case, without its dot.',
  compile: () => toExtension,
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

export const folder: Converter = {
  name: 'folder',
  about: "A folder; of a file's whole path, without the name of the file, which is the second value.",
  joins: true,
  compile: () => (values) => {
    const [path, name] = Array.isArray(values) ? values.map((one) => toKeyword(firstOf(one))) : [];
    if (path === undefined || name === undefined) return path;
    if (path === name) return undefined;
    return path.endsWith(`/${name}`) ? toKeyword(path.slice(0, -name.length - 1)) : path;
  },
  examples: [
    { given: ['Documents/Plans/plan.docx', 'plan.docx'], gives: 'Documents/Plans' },
    { given: ['Documents/Plans', 'plan.docx'], gives: 'Documents/Plans' },
    { given: ['Documents/My plan.docx', 'plan.docx'], gives: 'Documents/My plan.docx' },
    { given: [['Documents/Plans/plan.docx'], [['plan.docx']]], gives: 'Documents/Plans' },
    { given: ['Documents/Plans', []], gives: 'Documents/Plans' },
    { given: ['plan.docx', 'plan.docx'] },
    { given: ['/plan.docx', 'plan.docx'] },
    { given: [null, 'plan.docx'] },
    { given: 'Documents' },
  ],
};
