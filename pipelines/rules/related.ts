// Fields that gather the values of others, so that one search finds a user, an address or a host wherever it stands.

import { isNobody, objectIdOf } from '../converters/user.ts';
import type { Related } from '../definitions.ts';
import { type FieldNumbers, readPlace, type Slots } from '../engine/layout.ts';
import type { Json } from '../json/json.ts';

export type Gather = (slots: Slots) => void;

export function compileRelated({ to, from, people, first }: Related, numbers: FieldNumbers): Gather {
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
    if (found === undefined || found.length === 0) slots[number] = undefined;
    else slots[number] = first === true ? found[0] : found;
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
