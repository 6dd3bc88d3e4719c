// Writes one readable sentence for each event, from the template of its record type.

import { toKeyword } from '../converters/keyword.ts';
import { shortenPath } from '../converters/user.ts';
import type { Outcome, TemplateAlternative, TemplatePart } from '../definitions.ts';
import { compileFieldRead, type FieldNumbers, fixed, type Slots } from '../engine/layout.ts';
import type { Values } from '../engine/positions.ts';
import type { Json } from '../json/json.ts';
import type { CompileRead } from './paths.ts';
import { compileCondition } from './rules.ts';

const longestValue = 200;
const mostValues = 3;

/** Undefined where a value that it needs is missing. */
type WritePart = (record: Values, slots: Slots) => string | undefined;

export type WriteMessage = (record: Values, slots: Slots) => string;

export function compileMessage(
  parts: readonly TemplatePart[],
  numbers: FieldNumbers,
  compileRead: CompileRead<Values>,
): WriteMessage {
  const writers = parts.map((part) => compilePart(part, numbers, compileRead));
  return (record, slots) => {
    let text = '';
    for (const write of writers) text += write(record, slots) ?? '';
    return text;
  };
}

function compilePart(part: TemplatePart, numbers: FieldNumbers, compileRead: CompileRead<Values>): WritePart {
  if (typeof part === 'string') return () => part;
  if ('outcomes' in part) return compileOutcomes(part.outcomes);
  if ('group' in part) return compileGroup(part.group.map((each) => compilePart(each, numbers, compileRead)));
  const paths = part.paths.map((path) => compilePath(path, numbers, compileRead));
  const [only] = paths;
  if (only !== undefined && paths.length === 1) return only;
  return (record, slots) => {
    for (const path of paths) {
      const text = path(record, slots);
      if (text !== undefined) return text;
    }
    return undefined;
  };
}

function compileOutcomes({ success, failure, unknown }: Readonly<Record<Outcome, string>>): WritePart {
  return (_, slots) => {
    const outcome = slots[fixed.outcome];
    return outcome === 'success' ? success : outcome === 'failure' ? failure : unknown;
  };
}

function compileGroup(writers: readonly WritePart[]): WritePart {
  return (record, slots) => {
    let text = '';
    for (const write of writers) {
      const part = write(record, slots);
      if (part === undefined) return undefined;
      text += part;
    }
    return text;
  };
}

function compilePath(
  path: TemplateAlternative,
  numbers: FieldNumbers,
  compileRead: CompileRead<Values>,
): WritePart {
  if ('text' in path) {
    const { text, when } = path;
    if (when === undefined) return () => text;
    const holds = compileCondition(when, compileRead);
    return (record) => (holds(record) ? text : undefined);
  }
  if ('property' in path) {
    const read = compileRead(path.property);
    return (record) => toText(read(record));
  }
  const read = compileFieldRead(numbers, path.field);
  return read === undefined ? () => undefined : (_, slots) => toText(read(slots));
}

/** People are named, not the paths of the directory that lead to them. */
function toText(value: Json): string | undefined {
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return toListText(value);
  const whole = toKeyword(value);
  const text = whole === undefined ? undefined : shortenPath(whole);
  return text === undefined || text.length <= longestValue ? text : `${text.slice(0, longestValue)}…`;
}

function toListText(values: Json[]): string | undefined {
  const texts = [...new Set(values.flat().map(toText))].filter((text) => text !== undefined);
  if (texts.length === 0) return undefined;
  return texts.length <= mostValues ? texts.join(', ') : `${texts.slice(0, mostValues).join(', ')}, …`;
}
