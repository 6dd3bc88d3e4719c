// Names with what nobody sees around them, names that may be ids, and hashes in more than one writing.

import type { Verb } from './converter.ts';
import { toKeyword } from './keyword.ts';

const invisible = '[\\u0000-\\u0020\\u00A0\\u200B-\\u200F\\u2060\\uFEFF]+';
const invisibleEnds = new RegExp(`^${invisible}|${invisible}$`, 'g');

export const visible: Verb = {
  name: 'visible',
  about: 'Text without spaces and what nobody sees at its ends, such as the U+200B behind names of policies.',
  compile: () => (value) => toKeyword(toKeyword(value)?.replace(invisibleEnds, '')),
  painless: `
    String text = (String) toKeyword(value, null);
    return text == null ? null : toKeyword(/^${invisible}|${invisible}\\z/.matcher(text).replaceAll(''), null);`,
  examples: [
    { given: 'Mail with malware removed\u200b', gives: 'Mail with malware removed' },
    { given: ' \ufeff\u200eA\u200bB \u00a0', gives: 'A\u200bB' },
    { given: '\u200b' },
    { given: 7, gives: '7' },
    { given: {} },
  ],
};

const idBeginning = /^(?:[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}|[0-9-]+$)/;

export const named: Verb = {
  name: 'named',
  about: 'Text that is a name: no number, no GUID, and nothing that begins with a GUID.',
  compile: () => (value) => {
    const text = toKeyword(value);
    return text === undefined || idBeginning.test(text) ? undefined : text;
  },
  painless: `
    String text = (String) toKeyword(value, null);
    if (text == null) return null;
    boolean id = /(?:[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}[\\s\\S]*)|[0-9-]++/.matcher(text).matches();
    return id ? null : text;`,
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

export const hash: Verb = {
  name: 'hash',
  about: 'A hash in lower-case hexadecimal digits, also from base64.',
  compile: () => (value) => {
    const text = toKeyword(value);
    if (text === undefined || hexDigits.test(text)) return text?.toLowerCase();
    return base64Hash.test(text) ? Buffer.from(text, 'base64').toString('hex') : text;
  },
  painless: `
    String text = (String) toKeyword(value, null);
    if (text == null || /[0-9A-Fa-f]++/.matcher(text).matches()) return text == null ? null : text.toLowerCase();
    if (!/[A-Za-z0-9+\\/]{22}==|[A-Za-z0-9+\\/]{27}=|[A-Za-z0-9+\\/]{43}=|[A-Za-z0-9+\\/]{64}|[A-Za-z0-9+\\/]{86}==/.matcher(text).matches()) return text;
    String alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
    StringBuilder out = new StringBuilder();
    int bits = 0;
    int held = 0;
    for (int i = 0; i < text.length() && text.charAt(i) != (char) '='; ++i) {
      bits = (bits * 64 + alphabet.indexOf(text.substring(i, i + 1))) % 65536;
      held += 6;
      while (held >= 4) {
        held -= 4;
        out.append('0123456789abcdef'.charAt((bits >> held) & 15));
      }
    }
    return out.length() % 2 == 0 ? out.toString() : out.substring(0, out.length() - 1);`,
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
