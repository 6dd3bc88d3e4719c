// Fields that gather the values of others, so that one search finds a user, an address or a host wherever it stands.

import type { Related } from '../definitions.ts';
import type { Json } from '../json.ts';
import { type FieldNumbers, readPlace, type Slots } from './layout.ts';

export type Gather = (slots: Slots) => void;

export function compileRelated({ to, from, foldCase }: Related, numbers: FieldNumbers): Gather {
  const places = [to, ...from].flatMap((path) => numbers.placesOf(path));
  const number = numbers.numberOf(to);
  if (number === undefined) throw new Error(`no number for "${to.join('.')}"`);
  return (slots) => {
    let found: string[] | undefined;
    for (let i = 0; i < places.length; i += 1) {
      const place = places[i];
      const value = place === undefined ? undefined : readPlace(slots, place);
      if (value !== undefined) found = gather(value, found ?? [], foldCase);
    }
    slots[number] = found;
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
