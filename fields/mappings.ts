// Builds index mappings from a list of fields. A flattened object keeps the dots of its keys; everything under it is
// named whole.

import { type Field, type FieldTypeName, fieldTypes, keptParameters, type Mapping } from './field-types.ts';

interface MappingNode {
  field: Field | undefined;
  readonly children: Map<string, MappingNode>;
}

export interface MappingProperties {
  [name: string]: Mapping;
}

/** `closed` names the objects whose unknown keys stay out of the index. */
export function buildProperties(fields: readonly Field[], closed: readonly string[]): MappingProperties {
  const root: MappingNode = { field: undefined, children: new Map() };
  for (const field of fields) addField(root, field);
  return toProperties(root, '', closed);
}

function addField(root: MappingNode, field: Field): void {
  let node = root;
  for (const name of field.name.split('.')) {
    const child = node.children.get(name) ?? { field: undefined, children: new Map() };
    node.children.set(name, child);
    node = child;
  }
  node.field = field;
}

function toProperties(node: MappingNode, prefix: string, closed: readonly string[]): MappingProperties {
  const entries = [...node.children].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, child]) => [name, toMapping(child, prefix + name, closed)]));
}

function toMapping(node: MappingNode, name: string, closed: readonly string[]): Mapping {
  const { field, children } = node;
  const isClosed = closed.includes(name) ? { dynamic: false } : {};
  if (field?.bag === true) {
    return { type: 'object', subobjects: false, dynamic: false, properties: flatten(node) };
  }
  if (children.size > 0) {
    const type = field?.type === 'nested' ? fieldTypes.nested.mapping : {};
    return { ...type, ...isClosed, properties: toProperties(node, `${name}.`, closed) };
  }
  return field === undefined ? { type: 'object' } : { ...leafMapping(field), ...isClosed };
}

function leafMapping({ type, kept, multiFields }: Field): Mapping {
  const mapping: Mapping = { ...fieldTypes[type].mapping, ...keptParameters(kept) };
  if (multiFields === undefined) return mapping;
  const fields = Object.entries(multiFields).map(([name, inner]) => [name, multiFieldMapping(inner)]);
  return { ...mapping, fields: Object.fromEntries(fields) };
}

/** Some servers refuse match_only_text as a second field; plain text without norms finds the same. */
function multiFieldMapping(type: FieldTypeName): Mapping {
  return type === 'match_only_text' ? { type: 'text', norms: false } : fieldTypes[type].mapping;
}

/** Returns every leaf below a flattened object, by its whole name within it. */
function flatten(node: MappingNode, prefix = ''): MappingProperties {
  const leaves: MappingProperties = {};
  for (const [name, child] of [...node.children].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (child.children.size > 0) Object.assign(leaves, flatten(child, `${prefix}${name}.`));
    else if (child.field !== undefined) leaves[prefix + name] = leafMapping(child.field);
  }
  return leaves;
}
