// From the numbered fields of a document to the document: as an object, or straight to its text. For the text, one
// `JSON.stringify` writes all that is new, and what comes again and again is put around it.

import type { JsonObject } from '../json.ts';
import type { FieldNode, Layout, Slots } from './layout.ts';
import { writeShared } from './shared-text.ts';

/** `event` begins with what the plan says of it. */
export interface Assemble {
  build(slots: Slots, audit: JsonObject): JsonObject;
  /** The same as JSON, `event` in front, without the brace that closes it. */
  write(slots: Slots, audit: JsonObject): string;
}

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
  const event = fields.find(({ name }) => name === 'event')?.children ?? [];
  const sections = fields.filter(({ name }) => name !== 'event');
  const eventWords = event
    .filter(({ name }) => words.has(`event.${name}`))
    .map(({ name, slot }) => compileField(slot, `,${JSON.stringify(name)}:`, ''));
  const eventRest = event.filter(({ name }) => !words.has(`event.${name}`));
  const known = sections.filter(isKnown).map(compileKnown);
  const others = sections.filter((section) => !isKnown(section));
  const eventText = `{"event":${JSON.stringify(constants).slice(0, -1)}`;
  return {
    build: (slots, audit) => {
      const document = { event: { ...constants }, o365: { audit } };
      buildInto(document.event, event, slots);
      buildInto(document, sections, slots);
      return document;
    },
    write: (slots, audit) => {
      let text = eventText;
      for (const write of eventWords) text += write(slots);
      const document = { event: {}, o365: { audit } };
      buildInto(document.event, eventRest, slots);
      buildInto(document, others, slots);
      const rest = JSON.stringify(document).slice('{"event":{'.length, -1);
      text += rest.startsWith('}') ? rest : `,${rest}`;
      for (const write of known) text += write(slots);
      return text;
    },
  };
}

/** Kept whole and so shared by many documents, or made of words alone. */
function isKnown({ name, slot, shared, children }: FieldNode): boolean {
  if (slot >= 0) return shared;
  return children.every((child) => child.slot >= 0 && words.has(`${name}.${child.name}`));
}

type WriteText = (slots: Slots) => string;

/** With a comma before it; nothing where nothing is set. */
function compileKnown({ name, slot, children }: FieldNode): WriteText {
  const label = `,${JSON.stringify(name)}:`;
  if (slot >= 0) return compileField(slot, label, '');
  const [first, ...others] = children;
  if (first !== undefined && others.length === 0) {
    return compileField(first.slot, `${label}{${JSON.stringify(first.name)}:`, '}');
  }
  const writers = children.map((child) => compileField(child.slot, `,${JSON.stringify(child.name)}:`, ''));
  return (slots) => {
    let text = '';
    for (const write of writers) text += write(slots);
    return text === '' ? '' : `${label}{${text.slice(1)}}`;
  };
}

function compileField(slot: number, prefix: string, suffix: string): WriteText {
  const write = writeShared(prefix, suffix);
  return (slots) => {
    const value = slots[slot];
    return value === undefined ? '' : write(value);
  };
}

/** Sections in which nothing is set are left out. */
function buildInto(object: JsonObject, nodes: readonly FieldNode[], slots: Slots): void {
  for (let i = 0; i < nodes.length; i += 1) {
    const node = nodes[i];
    if (node === undefined) continue;
    const value = node.slot < 0 ? buildSection(node.children, slots) : slots[node.slot];
    if (value !== undefined) object[node.name] = value;
  }
}

/** Undefined where nothing is set. */
export function buildSection(nodes: readonly FieldNode[], slots: Slots): JsonObject | undefined {
  let section: JsonObject | undefined;
  for (let i = 0; i < nodes.length; i += 1) {
    const node = nodes[i];
    if (node === undefined) continue;
    const value = node.slot < 0 ? buildSection(node.children, slots) : slots[node.slot];
    if (value === undefined) continue;
    section ??= {};
    section[node.name] = value;
  }
  return section;
}
