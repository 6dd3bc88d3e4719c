// Assembles the text of a document from its numbered fields.

import { type Dataset, recordPath } from '../dataset.ts';
import type { JsonObject } from '../json/json.ts';
import type { FieldNode, Layout, Slots } from './layout.ts';

/**
 * The document's text, `event` in front, which begins with what the plan says of it, and without the brace that closes
 * it. `record` is the text of what stands in the field of the record, without its braces.
 */
export type Assemble = (slots: Slots, record: string) => string;

/** The parts that all documents of a dataset have in common. */
export interface Frame {
  readonly sectionOf: SectionOf;
  /** The section in which the record stands, beside fields that a dataset has there. */
  readonly recordSection: Section;
  /** The text that stands before the record; `recordEnd` stands after it. */
  readonly recordStart: string;
  readonly recordEnd: string;
}

export function compileFrame(dataset: Pick<Dataset, 'recordField'>): Frame {
  const path = recordPath(dataset);
  const sectionOf = compileSections();
  return {
    sectionOf,
    recordSection: sectionOf(path.slice(0, -1)),
    recordStart: `${JSON.stringify(path.at(-1))}:{`,
    recordEnd: '}'.repeat(path.length),
  };
}

/** `leaves` of `event` come first. */
export function compileAssemble(
  leaves: readonly Leaf[],
  constants: JsonObject,
  { sectionOf, recordSection, recordStart, recordEnd }: Frame,
): Assemble {
  const slotsInOrder = leaves.map(({ slot }) => slot);
  const event = sectionOf(['event']);
  const start = `{"event":${JSON.stringify(constants).slice(0, -1)}`;
  return (slots, record) => {
    let text = start;
    let open = event;
    for (let i = 0; i < slotsInOrder.length; i += 1) {
      const value = slots[slotsInOrder[i] ?? 0];
      const leaf = leaves[i];
      if (value === undefined || leaf === undefined) continue;
      if (leaf.section === open) text += leaf.nextLabel;
      else {
        text += stepBetween(open, leaf.section);
        text += leaf.label;
        open = leaf.section;
      }
      text += JSON.stringify(value);
    }
    return `${text}${stepBetween(open, recordSection)}${recordStart}${record}${recordEnd}`;
  };
}

/** An object of the document. */
interface Section {
  /** The label as it stands in JSON, the colon included. */
  readonly label: string;
  /** The sections that it is in, outermost first. */
  readonly path: readonly Section[];
  /** The text between the last value here and the first of another section, as far as known. */
  readonly steps: Map<Section, string>;
}

/** A field, or a section that is kept whole. */
export interface Leaf {
  readonly slot: number;
  readonly section: Section;
  /** The label as `Section` has it; and with a comma in front. */
  readonly label: string;
  readonly nextLabel: string;
}

/** Lists the fields of a plan, those of `event` first, and those that stand beside the record last. */
export function listLeaves({ fields }: Layout, { sectionOf, recordSection }: Frame): Leaf[] {
  const { label } = recordSection.path[1] ?? recordSection;
  const isBeside = ({ name }: FieldNode) => label === labelOf(name);
  const inside = fields.filter(({ name }) => name === 'event');
  const others = fields.filter((node) => node.name !== 'event' && !isBeside(node));
  return [...inside, ...others, ...fields.filter(isBeside)].flatMap((node) =>
    leavesBelow(node, [], sectionOf),
  );
}

function leavesBelow(
  { name, slot, children }: FieldNode,
  parents: readonly string[],
  sectionOf: SectionOf,
): Leaf[] {
  const path = [...parents, name];
  if (slot < 0) return children.flatMap((child) => leavesBelow(child, path, sectionOf));
  const label = labelOf(name);
  return [{ slot, section: sectionOf(parents), label, nextLabel: `,${label}` }];
}

function labelOf(name: string): string {
  return `${JSON.stringify(name)}:`;
}

/** The same section for the same path, whatever the plan. */
type SectionOf = (path: readonly string[]) => Section;

function compileSections(): SectionOf {
  const sections = new Map<string, Section>();
  const sectionOf: SectionOf = (path) => {
    const key = path.join('.');
    const known = sections.get(key);
    if (known !== undefined) return known;
    const parent = path.length === 0 ? undefined : sectionOf(path.slice(0, -1));
    const label = path.length === 0 ? '' : labelOf(path.at(-1) ?? '');
    const above = parent === undefined ? [] : [...parent.path, parent];
    const section: Section = { label, path: above, steps: new Map() };
    sections.set(key, section);
    return section;
  };
  return sectionOf;
}

function stepBetween(open: Section, next: Section): string {
  let step = open.steps.get(next);
  if (step === undefined) {
    step = writeStep([...open.path, open], [...next.path, next]);
    open.steps.set(next, step);
  }
  return step;
}

/** Ends the sections that only the first path has, and begins those that only the second has. */
function writeStep(from: readonly Section[], to: readonly Section[]): string {
  let common = 0;
  while (common < from.length && from[common] === to[common]) common += 1;
  const begun = to.slice(common).map(({ label }) => `${label}{`);
  return `${'}'.repeat(from.length - common)},${begun.join('')}`;
}

/** Undefined where nothing is set. */
export function buildSection(nodes: readonly FieldNode[], slots: Slots): JsonObject | undefined {
  let section: JsonObject | undefined;
  for (const { name, slot, children } of nodes) {
    const value = slot < 0 ? buildSection(children, slots) : slots[slot];
    if (value === undefined) continue;
    section ??= {};
    section[name] = value;
  }
  return section;
}
