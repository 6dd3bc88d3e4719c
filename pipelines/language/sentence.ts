// The small language of messages: `{user.name|UserId|'Someone'} deleted {file.name|'a file'}[ from {source.ip}]`. Braces
// hold a field of the document (lower case), a property of the record or 'text', with alternatives; brackets a part that
// is left out where a value of it is missing. Outside of them one alternative is a text, so that no sentence has a hole.

import type { SentencePart, SentencePath } from '../definitions.ts';
import { parsePath } from './path.ts';

/** Throws a plain Error that says what is wrong with the text. */
export function parseSentence(text: string): SentencePart[] {
  const tokens = text.split(/(\{[^{}]*\}|\[|\])/).filter((token) => token !== '');
  const parts = parseParts(tokens, false);
  if (tokens.length > 0) throw new Error('a ] without its [');
  return parts;
}

function parseParts(tokens: string[], inBrackets: boolean): SentencePart[] {
  const parts: SentencePart[] = [];
  while (tokens.length > 0 && tokens[0] !== ']') {
    const token = tokens.shift() ?? '';
    if (token === '[') {
      parts.push({ group: parseParts(tokens, true) });
      if (tokens.shift() !== ']') throw new Error('a [ without its ]');
    } else if (token.startsWith('{')) {
      const paths = token.slice(1, -1).split('|').map(parseSentencePath);
      if (!inBrackets && !paths.some((path) => 'text' in path))
        throw new Error(`${token} can be missing: give it a text to end with, or put it in brackets`);
      parts.push({ paths });
    } else parts.push(token);
  }
  return parts;
}

function parseSentencePath(text: string): SentencePath {
  const quoted = /^'(.*)'$/.exec(text.trim());
  if (quoted !== null) return { text: quoted[1] ?? '' };
  const path = parsePath(text.trim());
  if (path === undefined) throw new Error(`{${text}} names neither a field nor a property`);
  if (/^[a-z@]/.test(text.trim())) return { field: path.map((part) => part.name) };
  return { property: path };
}
