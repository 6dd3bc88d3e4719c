// The tree of every property that some file defines: one type for a name, whichever record types carry it.

import type { Property, PropertyType, SourceLine } from '../definitions.ts';
import { parsePath } from './path.ts';
import type { DefinitionProblem } from './problem.ts';
import { lineAt, type SourceFile } from './read-files.ts';
import type { FieldSource } from './sources.ts';
import type { YamlPath } from './yaml-file.ts';

interface PropertyNode {
  type: PropertyType | undefined;
  about: string;
  example: string | undefined;
  unit: string | undefined;
  /** The file that defines it, for the message to whoever defines it again. */
  owner: string | undefined;
  writtenAt: SourceLine | undefined;
  readonly children: Map<string, PropertyNode>;
}

const structures: readonly (PropertyType | undefined)[] = ['object', 'pairs', 'changes', undefined];

const heldStructures: readonly (PropertyType | undefined)[] = ['object', 'pairs', 'changes', 'flattened'];

const defineOnce = ': leave out "type" and "about" here';

function createNode(): PropertyNode {
  return {
    type: undefined,
    about: '',
    example: undefined,
    unit: undefined,
    owner: undefined,
    writtenAt: undefined,
    children: new Map(),
  };
}

interface PropertyOrigin {
  readonly owner: string;
  readonly writtenAt: SourceLine | undefined;
}

export class PropertyTree {
  readonly #keepLines: boolean;
  readonly #root = createNode();
  readonly #names = new Set<string>();

  constructor(keepLines: boolean) {
    this.#keepLines = keepLines;
  }

  define(file: SourceFile, problems: DefinitionProblem[]): void {
    const { fields = [], operations = [] } = file.content;
    for (const [i, field] of fields.entries()) this.#defineField(file, field, ['fields', i], problems);
    for (const [o, operation] of operations.entries()) {
      for (const [i, field] of (operation.fields ?? []).entries()) {
        this.#defineField(file, field, ['operations', o, 'fields', i], problems);
      }
    }
  }

  #defineField(file: SourceFile, field: FieldSource, at: YamlPath, problems: DefinitionProblem[]): void {
    if (field.type === undefined) return;
    const origin = { owner: file.name, writtenAt: this.#keepLines ? lineAt(file, at) : undefined };
    for (const name of [field.from].flat()) {
      const path = parsePath(name);
      if (path === undefined || path.some((step) => step.where !== undefined)) {
        problems.push(file.problemAt([...at, 'from'], `"${name}" cannot be defined: it is no plain path`));
        continue;
      }
      const reason = this.#add(
        path.map((step) => step.name),
        field,
        origin,
      );
      if (reason !== undefined) problems.push(file.problemAt([...at, 'type'], reason));
    }
  }

  /** Says why not, where it cannot be. */
  #add(path: readonly string[], field: FieldSource, origin: PropertyOrigin): string | undefined {
    let node = this.#root;
    for (const [i, name] of path.entries()) {
      if (!structures.includes(node.type))
        return `"${path.slice(0, i).join('.')}" is a ${node.type} and holds no properties`;
      const child = node.children.get(name) ?? createNode();
      node.children.set(name, child);
      this.#names.add(path.slice(0, i + 1).join('.'));
      node = child;
    }
    if (node.owner !== undefined) {
      return node.type === field.type
        ? `${path.join('.')} is defined in ${node.owner}.yml already${defineOnce}`
        : `${path.join('.')} is a ${node.type} in ${node.owner}.yml, and a property has one type${defineOnce}`;
    }
    if (node.children.size > 0 && !structures.includes(field.type))
      return `${path.join('.')} has properties of its own`;
    node.type = field.type;
    node.about = field.about ?? '';
    node.example = field.example === undefined ? undefined : String(field.example);
    node.unit = field.unit;
    node.owner = origin.owner;
    node.writtenAt = origin.writtenAt;
    if (heldStructures.includes(field.type)) this.#addText(path, origin);
    return undefined;
  }

  /** Text that comes in place of structure goes to a property beside it. */
  #addText(path: readonly string[], origin: PropertyOrigin): void {
    const name = path.at(-1) ?? '';
    const about = `Text that came in place of ${name}.`;
    this.#add([...path.slice(0, -1), `${name}Text`], { from: name, type: 'keyword', about }, origin);
  }

  /** A name below a bag or a flattened property needs no definition of its own. */
  has(name: string): boolean {
    if (this.#names.has(name)) return true;
    let node: PropertyNode | undefined = this.#root;
    for (const part of name.split('.')) {
      node = node.children.get(part);
      if (node === undefined) return false;
      if (node.type === 'flattened') return true;
    }
    return true;
  }

  names(): string[] {
    return [...this.#names];
  }

  toProperties(): Record<string, Property> {
    return toProperties(this.#root);
  }
}

function toProperties(node: PropertyNode): Record<string, Property> {
  return Object.fromEntries([...node.children].map(([name, child]) => [name, toProperty(name, child)]));
}

function toProperty(name: string, node: PropertyNode): Property {
  const { type = 'object', example, unit, writtenAt, children } = node;
  return {
    type,
    about: node.about === '' ? `${name} of the record.` : node.about,
    ...(example === undefined ? {} : { example }),
    ...(unit === undefined ? {} : { unit }),
    ...(writtenAt === undefined ? {} : { writtenAt }),
    ...(children.size === 0 ? {} : { properties: toProperties(node) }),
  };
}
