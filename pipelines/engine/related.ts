// Fields that gather the values of others, so that one search finds a user, an address or a host wherever it stands.

import type { Related } from '../definitions.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { openSection, readField } from './paths.ts';

export type Gather = (document: JsonObject) => void;

export function compileRelated({ to, from, foldCase }: Related): Gather {
  const parents = to.slice(0, -1);
  const leaf = to.at(-1) ?? '';
  const sources = [to, ...from].map(compileSource);
  return (document) => {
    let found: string[] | undefined;
    for (const read of sources) {
      const value = read(document);
      if (value !== undefined) found = gather(value, found ?? [], foldCase);
    }
    if (found !== undefined && found.length > 0) openSection(document, parents)[leaf] = found;
  };
}

function compileSource(path: readonly string[]): (document: JsonObject) => Json {
  const [first = '', second = '', ...more] = path;
  if (more.length > 0)
    return (document) => (document[first] === undefined ? undefined : readField(document, path));
  return (document) => {
    const section = document[first];
    return isObject(section) ? section[second] : undefined;
  };
}

function gather(value: Json, found: string[], foldCase: boolean): string[] {
  if (typeof value === 'string') {
    if (!found.includes(value)) found.push(value);
    if (foldCase && value.includes('@')) add(value.toLowerCase(), found);
  } else if (Array.isArray(value)) for (const item of value) gather(item, found, foldCase);
  return found;
}

function add(value: string, found: string[]): void {
  if (!found.includes(value)) found.push(value);
}

/** The functions of this file for the ingest pipeline. */
export const relatedPainless = `
void gather(def value, List found, boolean foldCase) {
  if (value instanceof List) {
    for (def item : (List) value) gather(item, found, foldCase);
    return;
  }
  if (!(value instanceof String)) return;
  String text = (String) value;
  if (!text.isEmpty() && !found.contains(text)) found.add(text);
  if (foldCase && text.indexOf('@') >= 0 && !found.contains(text.toLowerCase())) found.add(text.toLowerCase());
}
void relate(Map document, Map related) {
  List found = new ArrayList();
  gather(readField(document, (List) related.to), found, (boolean) related.foldCase);
  for (def path : (List) related.from) gather(readField(document, (List) path), found, (boolean) related.foldCase);
  if (found.isEmpty()) return;
  List path = (List) related.to;
  openSection(document, path, path.size() - 1).put((String) path.get(path.size() - 1), found);
}`;
