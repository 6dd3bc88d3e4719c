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

export function compileAssemble({ fields }: Layout, constants: JsonObject): Assemble {
  const document: Section = { label: '', path: [], steps: new Map() };
  const event: Section = { label: '"event":', path: [document], steps: new Map() };
  const leaves = listLeaves(fields, event, document);
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

interface Leaf {
  readonly slot: number;
  readonly section: Section;
  /** As `Section` has it; and with a comma in front. */
  readonly label: string;
  readonly nextLabel: string;
  /** For text that comes again and again. */
  readonly quote: ((word: string) => string) | undefined;
  readonly shared: boolean;
}

/** Of the document, those of `event` first. */
function listLeaves(fields: readonly FieldNode[], event: Section, document: Section): Leaf[] {
  const inside = fields.find(({ name }) => name === 'event')?.children ?? [];
  const others = fields.filter(({ name }) => name !== 'event');
  return [
    ...inside.flatMap((node) => listBelow(node, event, 'event.')),
    ...others.flatMap((node) => listBelow(node, document, '')),
  ];
}

function listBelow({ name, slot, shared, children }: FieldNode, section: Section, prefix: string): Leaf[] {
  const path = prefix + name;
  const label = `${JSON.stringify(name)}:`;
  if (slot < 0) {
    const inner: Section = { label, path: [...section.path, section], steps: new Map() };
    return children.flatMap((child) => listBelow(child, inner, `${path}.`));
  }
  const quote = words.has(path) ? compileQuote() : undefined;
  return [{ slot, section, label, nextLabel: `,${label}`, quote, shared }];
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
