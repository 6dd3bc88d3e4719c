// Converts names with invisible characters around them, names that may be ids, and hashes in hexadecimal or base64.

import type { Converter } from './converter.ts';
import { toKeyword } from './keyword.ts';

const invisible = '[\\u0000-\\u0020\\u00A0\\u200B-\\u200F\\u2060\\uFEFF]+';
const invisibleEnds = new RegExp(`^${invisible}|${invisible}$`, 'g');

export const visible: Converter = {
  name: 'visible',
  about: 'Text without spaces and what nobody sees at its ends, such as the U+200B behind names of policies.',
  compile: () => (value) => toKeyword(toKeyword(value)?.replace(invisibleEnds, '')),
  examples: [
    { given: 'Mail with malware removed\u200b', gives: 'Mail with malware removed' },
    { given: ' \ufeff\u200eA\u200bB \u00a0', gives: 'A\u200bB' },
    { given: '\u200b' },
    { given: 7, gives: '7' },
    { given: {} },
  ],
};

const idBeginning = /^(?:[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}|[0-9-]+$)/;

export const named: Converter = {
  name: 'named',
  about: 'Text that is a name: no number, no GUID, and nothing that begins with a GUID.',
  compile: () => (value) => {
    const text = toKeyword(value);
    return text === undefined || idBeginning.test(text) ? undefined : text;
  },
  examples: [
    { given: 'Win32/Example', gives: 'Win32/Example' },
    { given: '6a1f2b3c-4d5e-4f60-8a7b-9c0d1e2f3a4b' },
    { given: '6A1F2B3C-4d5e-4f60-8a7b-9c0d1e2f3a4b-15828634862951700795-1' },
    { given: '33' },
    { given: 33 },
    { given: '' },
  ],
};

const hexDigits = /^[0-9A-Fa-f]+$/;
/** 16, 20, 32, 48 or 64 bytes: MD5 and the SHA family. */
const base64Hash =
  /^(?:[A-Za-z0-9+/]{22}==|[A-Za-z0-9+/]{27}=|[A-Za-z0-9+/]{43}=|[A-Za-z0-9+/]{64}|[A-Za-z0-9+/]{86}==)$/;

export const hash: Converter = {
  name: 'hash',
  about: 'A hash in lower-case hexadecimal digits, also from base64.',
  compile: () => (value) => {
    const text = toKeyword(value);
    if (text === undefined || hexDigits.test(text)) return text?.toLowerCase();
    return base64Hash.test(text) ? Buffer.from(text, 'base64').toString('hex') : text;
  },
  examples: [
    {
      given: '01BA4719C80B6FE911B091A7C05124B64EEECE964E09C058EF8F9805DACA546B',
      gives: '01ba4719c80b6fe911b091a7c05124b64eeece964e09c058ef8f9805daca546b',
    },
    {
      given: 'AbpHGcgLb+kRsJGnwFEktk7uzpZOCcBY74+YBdrKVGs=',
      gives: '01ba4719c80b6fe911b091a7c05124b64eeece964e09c058ef8f9805daca546b',
    },
    { given: 'L9ThxnotKPztSTu7Due2g5Ob6xI=', gives: '2fd4e1c67a2d28fced493bbb0ee7b683939beb12' },
    { given: 'aLMp2piT40CZx9itXLnJQA==', gives: '68b329da9893e34099c7d8ad5cb9c940' },
    { given: 'a1b2c3d4e5f6g7h8', gives: 'a1b2c3d4e5f6g7h8' },
    { given: 'n/a', gives: 'n/a' },
    { given: '' },
    { given: {} },
  ],
};
