// Parses message templates: `{user.name|UserId|'Someone'} <deleted|tried to delete> {file.name|'a file'}[ from
// {source.ip}]`. Braces hold a field of the document (lower case, and known to ECS), a property of the record or 'text',
// with alternatives; a text may have a condition, `'deleting it' if Parameters.DeleteMessage=True`. Brackets hold a part that
// is left out where a value of it is missing. Outside of them one alternative is a text, so that no sentence has a hole.
// Angle brackets hold the verb: what was done, and what is said of it where it did not succeed, or where nobody knows;
// the sentence then ends with how it went. One verb alone is true whatever the outcome.

import { findEcsField } from '../../fields/ecs.ts';
import type { Outcome, TemplateAlternative, TemplatePart } from '../definitions.ts';
import { resolveField, resolvePath, type SourceLocation } from './names.ts';
import { formatPath, parsePath } from './path.ts';

interface MessageTemplate {
  readonly parts: readonly TemplatePart[];
  readonly hasVerb: boolean;
}

const endings: Readonly<Record<Outcome, string>> = {
  success: '',
  failure: ' (failed)',
  unknown: ' (outcome unknown)',
};

/** Throws a plain Error that says what is wrong with the text. */
function parseTemplate(text: string): MessageTemplate {
  const tokens = text.split(/(\{[^{}]*\}|<[^<>]*>|\[|\])/).filter((token) => token !== '');
  const verbs = tokens.filter((token) => token.startsWith('<'));
  const parts = parseParts(tokens, false);
  if (tokens.length > 0) throw new Error('a ] without its [');
  const depends = verbs.some((verb) => verb.includes('|'));
  return { parts: depends ? [...parts, { outcomes: endings }] : parts, hasVerb: verbs.length > 0 };
}

function parseParts(tokens: string[], inBrackets: boolean): TemplatePart[] {
  const parts: TemplatePart[] = [];
  while (tokens.length > 0 && tokens[0] !== ']') {
    const token = tokens.shift() ?? '';
    if (token === '[') {
      parts.push({ group: parseParts(tokens, true) });
      if (tokens.shift() !== ']') throw new Error('a [ without its ]');
    } else if (token.startsWith('{')) {
      const paths = token.slice(1, -1).split('|').map(parseAlternative);
      if (!inBrackets && !paths.some((path) => 'text' in path && path.when === undefined))
        throw new Error(`${token} can be missing: give it a text to end with, or put it in brackets`);
      parts.push({ paths });
    } else parts.push(token.startsWith('<') ? parseVerb(token) : token);
  }
  return parts;
}

function parseVerb(token: string): TemplatePart {
  const [done = '', tried, ...more] = token.slice(1, -1).split('|');
  if (done === '' || tried === '' || more.length > 0)
    throw new Error(`${token} is no verb: write <did|tried>, or <is> for what holds whatever the outcome`);
  return tried === undefined ? done : { outcomes: { success: done, failure: tried, unknown: tried } };
}

function parseAlternative(text: string): TemplateAlternative {
  const [, quoted, condition] = /^'([^']*)'(?: if (.+))?$/.exec(text.trim()) ?? [];
  if (quoted !== undefined) return parseText(quoted, condition);
  if (text.includes("'")) throw new Error(`{${text}}: a text begins and ends with a quote`);
  const path = parsePath(text.trim());
  if (path === undefined) throw new Error(`{${text}} names neither a field nor a property`);
  // A field is a plain name: a condition is one on the items of a property.
  if (/^[a-z@]/.test(text.trim()) && path.every(({ where }) => where === undefined))
    return { field: path.map((part) => part.name) };
  return { property: path };
}

function parseText(text: string, condition: string | undefined): TemplateAlternative {
  if (condition === undefined) return { text };
  const [, name = '', values = ''] = /^(.+?)=([^=\]]*)$/.exec(condition) ?? [];
  const path = parsePath(name);
  if (path === undefined || values === '')
    throw new Error(`"${condition}" is no condition: write Property=value`);
  return { text, when: { path, values: values.split(',').map((value) => value.trim().toLowerCase()) } };
}

/** `outcome` is the only one that the template is for, where there is such a one. */
export function resolveMessage(
  text: string | undefined,
  outcome: Outcome | undefined,
  location: SourceLocation,
): readonly TemplatePart[] | undefined {
  if (text === undefined) return undefined;
  try {
    const { parts, hasVerb } = parseTemplate(text);
    if (!hasVerb && outcome === undefined)
      location.report('no verb is marked: write <did|tried>, or <is> for what holds whatever the outcome');
    const known = parts.map((part) => tellProperties(part, location));
    checkParts(known, location);
    return known;
  } catch (error) {
    location.report(error instanceof Error ? error.message : String(error));
    return [];
  }
}

/** A lower-case name that ECS has not, and a file defines, is that of a property. */
function tellProperties(part: TemplatePart, location: SourceLocation): TemplatePart {
  if (typeof part === 'string' || 'outcomes' in part) return part;
  if ('group' in part) return { group: part.group.map((inner) => tellProperties(inner, location)) };
  return {
    paths: part.paths.map((path) => {
      if (!('field' in path)) return path;
      const name = path.field.join('.');
      if (findEcsField(name) !== undefined || !location.properties.has(name)) return path;
      return { property: path.field.map((step) => ({ name: step })) };
    }),
  };
}

function checkParts(parts: readonly TemplatePart[], location: SourceLocation): void {
  for (const part of parts) {
    if (typeof part === 'string' || 'outcomes' in part) continue;
    if ('group' in part) checkParts(part.group, location);
    else for (const path of part.paths) checkPath(path, location);
  }
}

function checkPath(path: TemplateAlternative, location: SourceLocation): void {
  if ('property' in path) resolvePath(formatPath(path.property), location);
  else if ('field' in path) resolveField(path.field.join('.'), location);
  else if (path.when !== undefined) resolvePath(formatPath(path.when.path), location);
}
