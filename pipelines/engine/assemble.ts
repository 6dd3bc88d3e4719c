// From the numbered fields of a document to its text.

import type { Json, JsonObject } from '../json.ts';
import type { FieldNode, Layout, Slots } from './layout.ts';
import { compileQuote, writeShared } from './shared-text.ts';

/**
 * The document's text, `event` in front, which begins with what the plan says of it, and without the brace that closes
 * it. `audit` is the text of what stands under `o365.audit`, without its braces.
 */
export type Assemble = (slots: Slots, audit: string) => string;

/** Fields with few values. */
const words: ReadonlySet<string> = new Set([
  'event.action',
  'event.code',
  'event.created',
  'event.outcome',
  'event.provider',
  'organization.id',
  'organization.name',
  'network.type',
  'application.id',
  'application.name',
  'server.address',
  'process.name',
  'user_agent.original',
]);

const document: Section = { label: '', path: [], steps: new Map() };
const event: Section = { label: '"event":', path: [document], steps: new Map() };

/** `leaves` of `event` come first. */
export function compileAssemble(leaves: readonly Leaf[], constants: JsonObject): Assemble {
  const slotsInOrder = leaves.map(({ slot }) => slot);
  const start = `{"event":${JSON.stringify(constants).slice(0, -1)}`;
  return (slots, audit) => {
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
      text += writeValue(leaf, value);
    }
    return `${text}${stepBetween(open, document)}"o365":{"audit":{${audit}}}`;
  };
}

/** An object of the document. */
interface Section {
  /** As it stands in JSON, the colon included. */
  readonly label: string;
  /** What it is in, outermost first. */
  readonly path: readonly Section[];
  /** What stands between the last value here and the first of another section, as far as known. */
  readonly steps: Map<Section, string>;
}

/** A field, or a section that is kept whole. */
export interface Leaf {
  readonly slot: number;
  readonly section: Section;
  /** As `Section` has it; and with a comma in front. */
  readonly label: string;
  readonly nextLabel: string;
  /** For text that comes again and again. */
  readonly quote: ((word: string) => string) | undefined;
  readonly shared: boolean;
}

/** Of the fields of a plan, those of `event` first. */
export function listLeaves({ fields }: Layout, compileLeaf: CompileLeaf): Leaf[] {
  const leaves: Leaf[] = [];
  const visit = (nodes: readonly FieldNode[], parents: readonly string[]) => {
    for (const node of nodes) {
      const path = [...parents, node.name];
      if (node.slot < 0) visit(node.children, path);
      else leaves.push(compileLeaf(path, node));
    }
  };
  visit(
    fields.filter(({ name }) => name === 'event'),
    [],
  );
  visit(
    fields.filter(({ name }) => name !== 'event'),
    [],
  );
  return leaves;
}

export type CompileLeaf = (path: readonly string[], node: FieldNode) => Leaf;

/** Gives the same leaf wherever the same field is asked for. */
export function leafCompiler(): CompileLeaf {
  const sections = new Map<string, Section>([
    ['', document],
    ['event', event],
  ]);
  const sectionOf = (path: readonly string[]): Section => {
    const name = path.join('.');
    const parent = path.length === 0 ? document : sectionOf(path.slice(0, -1));
    const section = sections.get(name) ?? {
      label: labelOf(path),
      path: [...parent.path, parent],
      steps: new Map(),
    };
    sections.set(name, section);
    return section;
  };
  const leaves = new Map<string, Leaf>();
  return (path, { slot, shared }) => {
    const name = path.join('.');
    const label = labelOf(path);
    const leaf = leaves.get(name + shared) ?? {
      slot,
      section: sectionOf(path.slice(0, -1)),
      label,
      nextLabel: `,${label}`,
      quote: words.has(name) ? compileQuote() : undefined,
      shared,
    };
    leaves.set(name + shared, leaf);
    return leaf;
  };
}

function labelOf(path: readonly string[]): string {
  return `${JSON.stringify(path.at(-1))}:`;
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

function writeValue(leaf: Leaf, value: Json): string {
  if (leaf.quote !== undefined && typeof value === 'string') return leaf.quote(value);
  return leaf.shared ? writeShared(value) : JSON.stringify(value);
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
