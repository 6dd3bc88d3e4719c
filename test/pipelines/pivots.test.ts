// Every mail address, IP address and URL that a sample record holds, wherever it stands, is where searches look for
// such things. What is left out is listed, with the reason.

import { describe, expect, test } from '@jest/globals';
import { loadMapper } from '../../pipelines/index.ts';
import { isObject, type Json, type JsonObject } from '../../pipelines/json/json.ts';
import { listSamples, sampleContext } from './samples.ts';

const mapper = loadMapper();
const samples = listSamples();

interface PivotKind {
  readonly pattern: RegExp;
  /** Where searches look for it. */
  readonly fields: readonly string[];
  /** Properties whose values only look like it, or lead nowhere. */
  readonly except: RegExp;
}

const kinds: Readonly<Record<string, PivotKind>> = {
  'mail addresses': {
    pattern: /[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9][A-Za-z0-9.-]*\.[A-Za-z]{2,}/g,
    fields: ['related', 'url', 'email'],
    // Ids of users and of threads, claims that end with an address, and columns of the customer's tables.
    except: /UserKey$|(TeamGuid|ChannelGuid|ChatThreadId|ItemName)$|^UserId$|^Fields\.Value$/,
  },
  'IP addresses': {
    pattern: /(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d./])/g,
    fields: ['related'],
    // Versions.
    except: /Version$|OriginatingServer$|UserAgent$|ClientInfoString$/i,
  },
  URLs: {
    // One address has a slash at its end in one property and none in another.
    pattern: /https?:\/\/[^\s"'<>\\;]*[^\s"'<>\\;/]/g,
    fields: ['url', 'event', 'rule', 'threat', 'file'],
    // Copies that Microsoft keeps, names of service principals, and addresses among the traits of an application.
    except: /^EvidenceFile\.FullUrl$|^(ObjectId|Target\.ID)$|^ModifiedProperties\./,
  },
};

/** Property and text of every value, also inside of JSON text. */
function listTexts(value: Json, path = ''): [string, string][] {
  if (Array.isArray(value)) return value.flatMap((item) => listTexts(item, path));
  if (isObject(value)) {
    return Object.entries(value).flatMap(([name, inner]) =>
      listTexts(inner, path === '' ? name : `${path}.${name}`),
    );
  }
  if (typeof value !== 'string') return [];
  const opened = /^[[{]/.test(value) ? open(value) : undefined;
  return opened === undefined ? [[path, value]] : listTexts(opened, path);
}

function open(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What the record holds and no search would find. */
function listMissing(text: string, { pattern, fields, except }: PivotKind): string[] {
  const record: JsonObject = JSON.parse(text);
  const document: JsonObject = mapper.map(mapper.read(text), sampleContext);
  const found = fields.flatMap((field) => listTexts(document[field])).map(([, each]) => each.toLowerCase());
  return listTexts(record)
    .filter(([path]) => !except.test(path))
    .flatMap(([path, value]) => (value.match(pattern) ?? []).map((one) => ({ path, one })))
    .filter(({ one }) => !found.some((each) => each.includes(one.toLowerCase())))
    .map(({ path, one }) => `${path}: ${one}`);
}

describe('what a sample record holds can be searched for:', () => {
  test.each(Object.entries(kinds))('%s', (_, kind) => {
    const missing = samples.flatMap(({ name, text }) =>
      listMissing(text, kind).map((hole) => `${name}: ${hole}`),
    );
    expect(missing).toEqual([]);
  });
});
