// Writes the examples of message templates, each with the message that the mapper makes of it.

import type { Json } from '../json/json.ts';
import type { WorkedExample } from './example.ts';
import { escapeCell, writeTable } from './table.ts';

interface MessageExample {
  /** The feature that the example shows. */
  readonly shows: string;
  readonly message: string;
  /** Properties that the record of the page's example has otherwise. */
  readonly changes: readonly Readonly<Record<string, Json>>[];
}

const booked = "{user.name|'Someone'} <booked|tried to book> {Room|'a room'}";
const works = { RefusedBecause: null };

const examples: readonly MessageExample[] = [
  {
    shows: 'the verb follows the outcome',
    message: booked,
    changes: [works, { RefusedBecause: 'Occupied' }, { ...works, ResultStatus: 'Queued' }],
  },
  {
    shows: 'one verb alone holds whatever the outcome',
    message: "{user.name|'Someone'} <was> in {Room|'a room'}",
    changes: [{ RefusedBecause: 'Occupied' }],
  },
  {
    shows: 'alternatives, from the left',
    message: booked,
    changes: [{ ...works, UserId: null, Room: ' ' }],
  },
  {
    shows: 'what is in brackets goes where a value of it is missing',
    message: '<Booked>[ in {Room}][ for {user.target.name}]',
    changes: [works, { ...works, BookedFor: null }],
  },
  {
    shows: 'a text on a condition',
    message: "<Booked>[ for {'a guest' if IsGuest=true|'staff' if UserType=0,2}]",
    changes: [
      { ...works, IsGuest: true },
      { ...works, IsGuest: false },
      { ...works, UserType: 4 },
    ],
  },
  {
    shows: 'of a list three values',
    message: '<Booked>[ {Room}]',
    changes: [{ ...works, Room: ['Io', 'Europa', 'Ganymede', 'Callisto'] }],
  },
];

export function describeMessages({ messageOf }: WorkedExample): string {
  const rows = examples.flatMap(({ shows, message, changes }) =>
    changes.map((change, i) => [
      i === 0 ? shows : '',
      i === 0 ? `\`${escapeCell(message)}\`` : '',
      escapeCell(writeChanges(change)),
      messageOf(message, change),
    ]),
  );
  return writeTable(['what it shows', 'message', 'where the record says', 'sentence'], rows);
}

function writeChanges(changes: Readonly<Record<string, Json>>): string {
  return Object.entries(changes)
    .map(([name, value]) => (value === null ? `no \`${name}\`` : `\`${name}: ${JSON.stringify(value)}\``))
    .join(', ');
}
