// From the numbered fields of a document to its text.

import type { Json, JsonObject } from '../json.ts';
import type { FieldNode, Layout, Slots } from './layout.ts';
import { quote, writeShared } from './shared-text.ts';

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
  const event = fields.find(({ name }) => name === 'event')?.children ?? [];
  const eventNodes = event.map((node) => compileNode(node, 'event.'));
  const others = fields.filter(({ name }) => name !== 'event').map((node) => compileNode(node, ''));
  const eventText = `{"event":${JSON.stringify(constants).slice(0, -1)}`;
  return (slots, audit) => {
    const start = writeNodes(eventText, eventNodes, slots);
    return `${writeNodes(`${start}}`, others, slots)},"o365":{"audit":{${audit}}}`;
  };
}

interface TextNode {
  /** -1 for a section. */
  readonly slot: number;
  /** As it stands in JSON, the colon included. */
  readonly label: string;
  /** Whether the same few values come again and again. */
  readonly repeats: boolean;
  readonly children: readonly TextNode[];
  /** What was written last: the next document often has the same. */
  value: Json;
  text: string;
}

function compileNode({ name, slot, shared, children }: FieldNode, prefix: string): TextNode {
  const path = prefix + name;
  return {
    slot,
    label: `${JSON.stringify(name)}:`,
    repeats: shared || words.has(path),
    children: children.map((child) => compileNode(child, `${path}.`)),
    value: undefined,
    text: '',
  };
}

/** Sections in which nothing is set are left out. */
function writeNodes(start: string, nodes: readonly TextNode[], slots: Slots): string {
  let text = start;
  for (let i = 0; i < nodes.length; i += 1) {
    const node = nodes[i];
    if (node === undefined) continue;
    const written = node.slot < 0 ? writeSection(node, slots) : writeValue(node, slots[node.slot]);
    if (written === '') continue;
    if (text !== '') text += ',';
    text += node.label;
    text += written;
  }
  return text;
}

function writeSection(node: TextNode, slots: Slots): string {
  const text = writeNodes('', node.children, slots);
  return text === '' ? '' : `{${text}}`;
}

function writeValue(node: TextNode, value: Json): string {
  if (value === undefined) return '';
  if (!node.repeats) return JSON.stringify(value);
  if (node.value !== value) {
    node.text = typeof value === 'string' ? quote(value) : writeShared(value);
    node.value = value;
  }
  return node.text;
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
