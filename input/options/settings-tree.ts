// Settings as a plain tree in which every node knows where it comes from: parsed from YAML (or JSON) text, or made of a
// value. Anchors, merge keys and ${ENVIRONMENT} references of a text are resolved here; the meaning of settings is left to
// others. A reference that leads nowhere is a problem only where somebody reads it: a policy may hold inputs and outputs of
// other programs.

import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
  visit,
  type YAMLMap,
  type YAMLParseError,
} from 'yaml';
import { PolicyError, type PolicyProblem } from './problems.ts';

export type PolicyNode = MapNode | ListNode | ScalarNode;

export interface MapNode {
  readonly kind: 'map';
  readonly place: string;
  readonly entries: readonly MapEntry[];
}

export interface MapEntry {
  readonly key: string;
  /** The location of the key. */
  readonly place: string;
  readonly value: PolicyNode;
}

export interface ListNode {
  readonly kind: 'list';
  readonly place: string;
  readonly items: readonly PolicyNode[];
}

interface ScalarNode {
  readonly kind: 'scalar';
  readonly place: string;
  readonly value: string | number | boolean | null;
  /** True when an environment variable was inserted: its value is text, whatever the setting's type. */
  readonly substituted: boolean;
  /** A problem for each reference in it that leads nowhere. */
  readonly unresolved?: readonly PolicyProblem[];
}

export type EnvironmentVariables = Readonly<Record<string, string | undefined>>;

/** Reads the text of a policy. Throws a PolicyError that names every syntax error. */
export function readSettingsTree(text: string, file: string, environment: EnvironmentVariables): MapNode {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false });
  const at = (offset: number | undefined) => {
    const { line, col } = lines.linePos(offset ?? 0);
    return `${file}:${line}:${col}`;
  };
  if (document.errors.length > 0)
    throw new PolicyError(
      document.errors.map((error) => {
        const { offset, message } = findFault(document, error, (at) => lines.linePos(at).line);
        return { place: at(offset), message: `not YAML: ${message}` };
      }),
    );
  const builder = new TreeBuilder(document, at, environment);
  const tree = document.contents ? builder.build(document.contents, 0) : undefined;
  if (builder.problems.length > 0) throw new PolicyError(builder.problems);
  if (tree?.kind !== 'map')
    throw new PolicyError([
      { place: at(0), message: 'a policy is a YAML map with the keys "outputs" and "inputs"' },
    ]);
  return tree;
}

/**
 * Finds the location to mend for a syntax error. The parser reports an unclosed quote where the text ends or where the next
 * quote closes it, but it has to be mended where it opens.
 */
function findFault(
  document: Document,
  { pos: [offset], message }: YAMLParseError,
  lineOf: (offset: number) => number,
): { offset: number; message: string } {
  let opened: number | undefined;
  visit(document, {
    Scalar(_key, { type, range }) {
      if (!range || !type?.startsWith('QUOTE') || range[0] >= offset) return;
      const [start, end] = range;
      if (lineOf(start) < lineOf(end) && lineOf(end) >= lineOf(offset)) opened = start;
      else if (message.startsWith('Missing closing') && offset <= end + 1) opened = start;
    },
  });
  if (opened === undefined) return { offset, message };
  return { offset: opened, message: 'the quote that opens here is not closed in its line' };
}

// These bounds refuse a file that refers to itself or multiplies by aliases.
const maximumDepth = 64;
const maximumNodes = 200_000;

class TreeBuilder {
  readonly problems: PolicyProblem[] = [];
  private nodes = 0;
  private readonly document: Document;
  private readonly at: (offset: number | undefined) => string;
  private readonly environment: EnvironmentVariables;

  constructor(
    document: Document,
    at: (offset: number | undefined) => string,
    environment: EnvironmentVariables,
  ) {
    this.document = document;
    this.at = at;
    this.environment = environment;
  }

  build(node: unknown, depth: number): PolicyNode {
    const place = this.placeOf(node);
    this.nodes += 1;
    if (depth > maximumDepth || this.nodes > maximumNodes)
      throw new PolicyError([{ place, message: 'nested too deeply or aliased too often for a policy' }]);
    if (isAlias(node)) return this.buildAlias(node, depth + 1);
    if (isMap(node)) return { kind: 'map', place, entries: this.buildEntries(node, depth) };
    if (isSeq(node))
      return { kind: 'list', place, items: node.items.map((item) => this.build(item, depth + 1)) };
    return this.buildScalar(isScalar(node) ? node.value : null, place);
  }

  private buildAlias(alias: Alias, depth: number): PolicyNode {
    const target = alias.resolve(this.document);
    if (target) return this.build(target, depth);
    const place = this.placeOf(alias);
    this.problems.push({ place, message: `nothing is anchored as &${alias.source}` });
    return { kind: 'scalar', place, value: null, substituted: false };
  }

  private buildEntries(map: YAMLMap, depth: number): MapEntry[] {
    const own: MapEntry[] = [];
    const merged: MapEntry[] = [];
    for (const { key, value } of map.items) {
      if (isMergeKey(key)) {
        merged.push(...this.buildMerged(value, depth + 1));
        continue;
      }
      own.push({ key: keyText(key), place: this.placeOf(key), value: this.build(value, depth + 1) });
    }
    const keys = new Set(own.map(({ key }) => key));
    return [...own, ...merged.filter(({ key }) => !keys.has(key))];
  }

  private buildMerged(value: unknown, depth: number): MapEntry[] {
    const source = this.build(value, depth);
    const maps = source.kind === 'list' ? source.items : [source];
    return maps.flatMap((map) => {
      if (map.kind === 'map') return map.entries;
      this.problems.push({ place: map.place, message: 'a merge key (<<) takes a map' });
      return [];
    });
  }

  private buildScalar(value: unknown, place: string): ScalarNode {
    if (typeof value === 'string') return this.substitute(value, place);
    const plain = typeof value === 'number' || typeof value === 'boolean' ? value : null;
    return { kind: 'scalar', place, value: plain, substituted: false };
  }

  /** Replaces `${NAME}`, `${env.NAME}` and `${NAME:default}`; `$${` is a literal `${`. */
  private substitute(text: string, place: string): ScalarNode {
    let substituted = false;
    const unresolved: PolicyProblem[] = [];
    const value = text.replace(/\$?\$\{([^}]*)\}/g, (whole, inner: string) => {
      if (whole.startsWith('$$')) return whole.slice(1);
      substituted = true;
      return this.lookUp(inner, place, unresolved);
    });
    return { kind: 'scalar', place, value, substituted, ...(unresolved.length > 0 && { unresolved }) };
  }

  private lookUp(inner: string, place: string, unresolved: PolicyProblem[]): string {
    const [, name = '', fallback] = /^(?:env\.)?([A-Za-z_]\w*)(?::(.*))?$/s.exec(inner.trim()) ?? [];
    if (!name) {
      const message = `\${${inner}} is not understood; write \${NAME}, \${env.NAME} or \${NAME:default}`;
      unresolved.push({ place, message });
      return '';
    }
    const value = this.environment[name] || fallback;
    if (value === undefined) {
      const message = `the environment variable ${name} is not set; set it, or write \${${name}:default}`;
      unresolved.push({ place, message });
    }
    return value ?? '';
  }

  private placeOf(node: unknown): string {
    return this.at(hasRange(node) ? node.range?.[0] : 0);
  }
}

function hasRange(node: unknown): node is Node {
  return isScalar(node) || isMap(node) || isSeq(node) || isAlias(node);
}

function isMergeKey(key: unknown): key is Scalar {
  return isScalar(key) && key.source === '<<' && key.type === 'PLAIN';
}

function keyText(key: unknown): string {
  return isScalar(key) ? (key.source ?? String(key.value)) : String(key);
}

/**
 * Settings that came as a value and not as text, such as those of a unit. `label` says in messages whose they are; each
 * node has its path behind it: "unit abc, streams[0].interval".
 */
export function treeOf(value: unknown, label: string, path = ''): PolicyNode {
  const place = path === '' ? label : `${label}, ${path}`;
  if (Array.isArray(value))
    return {
      kind: 'list',
      place,
      items: value.map((item: unknown, index) => treeOf(item, label, `${path}[${index}]`)),
    };
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, each]) => each !== undefined);
    return { kind: 'map', place, entries: entries.map(([key, each]) => entryOf(key, each, label, path)) };
  }
  const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return { kind: 'scalar', place, value: isPlain ? value : null, substituted: false };
}

function entryOf(key: string, value: unknown, label: string, path: string): MapEntry {
  const node = treeOf(value, label, path === '' ? key : `${path}.${key}`);
  return { key, place: node.place, value: node };
}

/** Returns the value without its locations. */
export function plain(node: PolicyNode): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map(plain);
    case 'map':
      return Object.fromEntries(node.entries.map(({ key, value }) => [key, plain(value)]));
  }
}

/** Returns the problems of references in a node, at any depth, that lead nowhere. */
export function findUnresolved(node: PolicyNode): readonly PolicyProblem[] {
  switch (node.kind) {
    case 'scalar':
      return node.unresolved ?? [];
    case 'list':
      return node.items.flatMap(findUnresolved);
    case 'map':
      return node.entries.flatMap(({ value }) => findUnresolved(value));
  }
}

export function findEntry(map: MapNode, key: string): MapEntry | undefined {
  return map.entries.find((entry) => entry.key === key);
}
