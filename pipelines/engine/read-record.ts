// From the text of a record to what rules read of it, and to the text of what is kept of it.

import { toDate } from '../converters/date.ts';
import type { Definitions } from '../definitions.ts';
import { isObject, type Json, type JsonObject } from '../json/json.ts';
import { parseExactly, parseRecord, type RecordHead } from '../parse-record.ts';
import { type Aside, newAside, note } from './aside.ts';
import { headNumbers, type Positions } from './positions.ts';
import { compileScan } from './scan.ts';
import { compileShapers, shapeObject } from './shape.ts';

export interface ShapedRecord extends RecordHead {
  /** What belongs under `o365.audit`, as JSON without the braces around it. */
  readonly audit: string;
  /** The properties that are there, by their numbers (positions.ts), and their values beside them. */
  readonly numbers: readonly number[];
  readonly values: readonly Json[];
  readonly operation: Json;
  /** CreationTime as ISO 8601 in UTC. */
  readonly created: string | undefined;
}

const nothing = { audit: '', numbers: [], values: [], operation: undefined, created: undefined };

/** Never throws: a text that is no record comes back with its problem, and nothing else. */
export type ReadRecord = (text: string) => ShapedRecord;

export function compileReadRecord(definitions: Definitions, positions: Positions): ReadRecord {
  const shapers = compileShapers(definitions, positions);
  const scan = compileScan(shapers);
  const valueless = positions.numberOf('valueless');

  /** A number that may not be what the text said makes the text be parsed again, exactly. */
  function readWhole(text: string, value: JsonObject, exactly: boolean): ShapedRecord {
    const aside = newAside(exactly);
    shapeObject(value, shapers, '', aside);
    if (aside.inexact && !exactly) {
      const exact = parseExactly(text);
      if (isObject(exact)) return readWhole(text, exact, true);
    }
    return finish(text, JSON.stringify(value).slice(1, -1), aside, valueless);
  }

  return (text) => {
    const aside = newAside(false);
    const members = scan(text, aside);
    if (members !== undefined && !aside.inexact) return finish(text, members, aside, valueless);
    const { value, ...head } = parseRecord(text);
    return value === undefined ? { ...head, ...nothing } : readWhole(text, value, false);
  };
}

function finish(
  text: string,
  members: string,
  aside: Aside,
  valuelessNumber: number | undefined,
): ShapedRecord {
  const { numbers, values, other, unplaced, valueless } = aside;
  const head = readHead(numbers, values);
  const creationTime = head[headNumbers.CreationTime];
  const created = toDate(creationTime);
  const reasons = unplaced?.sort() ?? [];
  if (created === undefined) reasons.push('CreationTime: no date');
  let audit = members;
  if (other !== undefined) audit = join(audit, `"other":${JSON.stringify(other)}`);
  if (valueless.length > 0) {
    audit = join(
      audit,
      `"valueless":${JSON.stringify(valueless.length === 1 ? valueless : valueless.sort())}`,
    );
    note(aside, valuelessNumber, valueless);
  }
  if (reasons.length > 0) audit = join(audit, `"unplaced":${JSON.stringify(reasons)}`);
  return {
    text,
    problem: undefined,
    id: head[headNumbers.Id],
    organizationId: head[headNumbers.OrganizationId],
    creationTime,
    recordType: head[headNumbers.RecordType],
    operation: head[headNumbers.Operation],
    created,
    audit,
    numbers,
    values,
  };
}

/** By `headNumbers`. */
function readHead(numbers: readonly number[], values: readonly Json[]): Json[] {
  const head: Json[] = [undefined, undefined, undefined, undefined, undefined];
  for (let i = 0; i < numbers.length; i += 1) {
    const number = numbers[i] ?? head.length;
    if (number < head.length) head[number] = values[i];
  }
  return head;
}

function join(members: string, more: string): string {
  return members === '' ? more : `${members},${more}`;
}
