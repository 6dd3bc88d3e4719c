// The rules for people who were acted on: one person, or several as a list of objects, so that the facts known of a
// person stand by that person's id. The person who acted is not among them, unless nobody else is: people leave a team,
// or change themselves.

import { peopleField } from '../definitions.ts';
import {
  compileFieldRead,
  type FieldNumbers,
  type Layout,
  type ReadSlots,
  type Slots,
} from '../engine/layout.ts';
import { isObject, type Json, type JsonObject } from '../json/json.ts';

export type Settle = (slots: Slots) => void;

/** Writes people, unless somebody is there. */
export function compileWritePeople(
  path: readonly string[],
  layout: Layout,
): (slots: Slots, value: Json) => void {
  const whole = layout.numberOf(path);
  const id = layout.numberOf([...path, 'id']);
  if (whole === undefined) throw new Error(`the layout has no list of people at "${path.join('.')}"`);
  return (slots, value) => {
    if (slots[whole] === undefined && (id === undefined || slots[id] === undefined)) slots[whole] = value;
  };
}

/** Takes out the person who acted where there are several people, and what rules for one person wrote. */
export function compileSettle(numbers: FieldNumbers): Settle {
  const whole = numbers.numberOf(peopleField);
  if (whole === undefined) return () => {};
  const single = numbers.numbersBelow(peopleField);
  const rolesOf = numbers.numberOf([...peopleField, 'roles']);
  const actor = ['id', 'email'].map((leaf) => compileFieldRead(numbers, ['user', leaf]));
  return (slots) => {
    const people = slots[whole];
    if (!Array.isArray(people)) return;
    const roles = rolesOf === undefined ? undefined : slots[rolesOf];
    for (const number of single) slots[number] = undefined;
    const others = people.filter((person) => !isActor(person, actor, slots));
    const kept = (others.length === 0 ? people : others).map((person) => withRoles(person, roles));
    slots[whole] = kept.length === 1 ? kept[0] : kept;
  };
}

function withRoles(person: Json, roles: Json): Json {
  if (roles === undefined || !isObject(person) || person.roles !== undefined) return person;
  const copy: JsonObject = { ...person, roles };
  return copy;
}

function isActor(
  person: Json,
  [readId, readEmail]: readonly (ReadSlots | undefined)[],
  slots: Slots,
): boolean {
  if (!isObject(person)) return false;
  return isSame(person.id, readId?.(slots)) || isSame(person.email, readEmail?.(slots));
}

function isSame(left: Json, right: Json): boolean {
  return typeof left === 'string' && typeof right === 'string' && left.toLowerCase() === right.toLowerCase();
}
