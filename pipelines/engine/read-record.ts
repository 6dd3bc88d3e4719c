// Reads from the text of a record what rules need of it, and writes the text of what is kept of it.

import { toDate } from '../converters/date.ts';
import { isFlat } from '../dataset.ts';
import type { Definitions } from '../definitions.ts';
import { isObject, type Json, type JsonObject } from '../json/json.ts';
import { parseExactly, parseObject } from '../parse-record.ts';
import type { RecordHead } from '../record-head.ts';
import { type Aside, newAside, newMemory, note } from './aside.ts';
import { compileReadHead, type HeadValues } from './head.ts';
import type { Positions } from './positions.ts';
import type { FindRecordType } from './record-types.ts';
import { compileRename } from './rename.ts';
import { compileScan } from './scan.ts';
import { compileShapers, shapeObject, withoutOurs } from './shape.ts';
import { compileUnify } from './unify.ts';

export interface ShapedRecord extends RecordHead {
  /** The content of the record's field, as JSON without the braces around it. */
  readonly kept: string;
  /** The properties that are there, by their numbers (positions.ts), and their values beside them. */
  readonly numbers: readonly number[];
  readonly values: readonly Json[];
  /** Its time as ISO 8601 in UTC. */
  readonly created: string | undefined;
}

/** It never throws: a text that is no record comes back with its problem, and nothing else. */
export type ReadRecord = (text: string) => ShapedRecord;

export function compileReadRecord(
  definitions: Definitions,
  positions: Positions,
  findType: FindRecordType,
): ReadRecord {
  const { dataset, properties } = definitions;
  const shapers = compileShapers(definitions, positions);
  const memory = newMemory();
  const readHead = compileReadHead(dataset);
  const unify = compileUnify(dataset.envelope);
  const rename = compileRename(withoutOurs(properties)) ?? ((record) => record);
  const finish = compileFinish(definitions, positions, findType);
  // Values that are cut out of a text have the names and the form that they had there.
  const isCut = isFlat(dataset) && compileRename(properties) === undefined;
  const scan = isCut ? compileScan(shapers) : () => undefined;

  /** A number that may not be what the text said makes the text be parsed again, exactly. */
  function readWhole(text: string, value: JsonObject, exactly: boolean): ShapedRecord {
    const aside = newAside(exactly, memory);
    const record = unify(value);
    shapeObject(record, shapers, '', aside);
    if (aside.inexact && !exactly) {
      const exact = parseExactly(text);
      if (isObject(exact)) return readWhole(text, exact, true);
    }
    return finish(text, readHead(record), JSON.stringify(rename(record)).slice(1, -1), aside);
  }

  return (text) => {
    const aside = newAside(false, memory);
    const members = scan(text, aside);
    if (members !== undefined && !aside.inexact)
      return finish(text, positions.readHead(aside.numbers, aside.values), members, aside);
    const { value, problem = '' } = parseObject(text);
    return value === undefined ? describeProblem(text, problem, findType) : readWhole(text, value, false);
  };
}

type Finish = (text: string, head: HeadValues, members: string, aside: Aside) => ShapedRecord;

function compileFinish({ dataset }: Definitions, positions: Positions, findType: FindRecordType): Finish {
  const valuelessNumber = positions.numberOf('valueless');
  const undated = `${dataset.head.time[0]?.join('.')}: no date`;
  return (text, head, members, aside) => {
    const { numbers, values, other, unplaced, valueless } = aside;
    const created = toDate(head.time);
    const reasons = unplaced?.sort() ?? [];
    if (created === undefined) reasons.push(undated);
    let kept = members;
    if (other !== undefined) kept = join(kept, `"other":${JSON.stringify(other)}`);
    if (valueless.length > 0) {
      kept = join(
        kept,
        `"valueless":${JSON.stringify(valueless.length === 1 ? valueless : valueless.sort())}`,
      );
      note(aside, valuelessNumber, valueless);
    }
    if (reasons.length > 0) kept = join(kept, `"unplaced":${JSON.stringify(reasons)}`);
    const type = findType(head.kind);
    const problem = undefined;
    return { text, problem, ...head, type, created, kept, numbers, values };
  };
}

function describeProblem(text: string, problem: string, findType: FindRecordType): ShapedRecord {
  const nothing = undefined;
  return {
    text,
    problem,
    id: nothing,
    owner: nothing,
    time: nothing,
    kind: nothing,
    action: nothing,
    updated: nothing,
    part: nothing,
    type: findType(nothing),
    created: nothing,
    kept: '',
    numbers: [],
    values: [],
  };
}

function join(members: string, more: string): string {
  return members === '' ? more : `${members},${more}`;
}
