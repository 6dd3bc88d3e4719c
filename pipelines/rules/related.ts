// Fields that gather the values of others, so that one search finds a user, an address or a host wherever it stands.

import { isNobody, objectIdOf } from '../converters/user.ts';
import type { Related } from '../definitions.ts';
import { type FieldNumbers, readPlace, type Slots } from '../engine/layout.ts';
import type { Json } from '../json/json.ts';

export type Gather = (slots: Slots) => void;

export function compileRelated({ to, from, people }: Related, numbers: FieldNumbers): Gather {
  const places = [to, ...from].flatMap((path) => numbers.placesOf(path));
  const number = numbers.numberOf(to);
  if (number === undefined) throw new Error(`no number for "${to.join('.')}"`);
  return (slots) => {
    let found: string[] | undefined;
    for (let i = 0; i < places.length; i += 1) {
      const place = places[i];
      const value = place === undefined ? undefined : readPlace(slots, place);
      if (value !== undefined) found = gather(value, found ?? [], people);
    }
    slots[number] = found === undefined || found.length === 0 ? undefined : found;
  };
}

function gather(value: Json, found: string[], people: boolean): string[] {
  if (typeof value === 'string') {
    if (people) addPerson(value, found);
    else add(value, found);
  } else if (Array.isArray(value)) for (const item of value) gather(item, found, people);
  return found;
}

function addPerson(value: string, found: string[]): void {
  if (found.includes(value) || isNobody(value)) return;
  const text = objectIdOf(value);
  if (text === value) found.push(value);
  else add(text, found);
  if (value.includes('@')) add(value.toLowerCase(), found);
}

function add(value: string, found: string[]): void {
  if (!found.includes(value)) found.push(value);
}

/** The functions of this file for the ingest pipeline. */
export const relatedPainless = `
void gather(def value, List found, boolean people) {
  if (value instanceof List) {
    for (def item : (List) value) gather(item, found, people);
    return;
  }
  if (!(value instanceof String)) return;
  String text = (String) value;
  if (people && isNobody(text)) return;
  if (people) text = objectIdOf(text);
  if (!text.isEmpty() && !found.contains(text)) found.add(text);
  if (people && text.indexOf('@') >= 0 && !found.contains(text.toLowerCase())) found.add(text.toLowerCase());
}
void relate(Map document, Map related) {
  List found = new ArrayList();
  gather(readField(document, (List) related.to), found, (boolean) related.people);
  for (def path : (List) related.from) gather(readField(document, (List) path), found, (boolean) related.people);
  List path = (List) related.to;
  if (found.isEmpty()) {
    def section = document.get(path.get(0));
    if (section instanceof Map && ((Map) section).remove(path.get(1)) != null && ((Map) section).isEmpty()) document.remove(path.get(0));
    return;
  }
  openSection(document, path, path.size() - 1).put((String) path.get(path.size() - 1), found);
}`;
