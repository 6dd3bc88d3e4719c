// Compiles a stream template as Fleet does when it makes an agent policy: Kibana's own Handlebars engine, Fleet's helpers,
// and what it does to the text before and after the YAML parse. Kibana 8.18 doubles line feeds and parses with js-yaml;
// later versions escape them, mend the text and parse with yaml.

import { createRequire } from 'node:module';
import jsYaml from 'js-yaml';
import { parse, stringify } from 'yaml';

/** The engine walks the syntax tree of a template, where Handlebars itself would compile it to JavaScript. */
interface KibanaHandlebars {
  registerHelper(name: string, helper: (this: unknown, ...given: never[]) => unknown): void;
  compileAST(template: string, options: { readonly noEscape: boolean }): (values: object) => string;
}

// An import would have the compiler read the sources of the package, which are beside what it runs.
const require = createRequire(import.meta.url);
const engine: { readonly default: { create(): KibanaHandlebars } } = require('kbn-handlebars');

interface FleetVariable {
  readonly type: string;
  /** As the form sends it, or the reference that Fleet keeps in place of a secret. */
  readonly value?: unknown;
}

export type FleetVariables = Readonly<Record<string, FleetVariable>>;

export const fleetVersions = ['8.18', '9.4'] as const;

export type FleetVersion = (typeof fleetVersions)[number];

/** A policy that Fleet does not make, because the template or a value does not fit. */
export class CompileError extends Error {}

export function compileAsFleet(
  template: string,
  variables: FleetVariables,
  version: FleetVersion,
): Record<string, unknown> {
  const dialect = dialects[version];
  const { values, yaml } = prepare(variables, dialect);
  const text = fillYaml(dialect.joinStrings(fillTemplate(template, values, dialect)), yaml, dialect);
  const compiled = restoreEmpty(Object(attempt(() => dialect.read(text)) ?? {}), values);
  return Object(fillNested(compiled, yaml));
}

interface Dialect {
  readonly read: (text: string) => unknown;
  readonly write: (value: unknown) => string;
  readonly quote: (text: string) => string;
  readonly joinStrings: (text: string) => string;
  readonly mendFlowStyle: (text: string) => string;
}

const singleQuoted = (text: string) => `'${text.replaceAll("'", "''")}'`;

const dialects: Record<FleetVersion, Dialect> = {
  '8.18': {
    read: (text) => jsYaml.safeLoad(text),
    write: (value) => jsYaml.safeDump(value),
    quote: (text) => singleQuoted(text).replaceAll('\n', '\n\n'),
    joinStrings: (text) => text,
    mendFlowStyle: (text) => text,
  },
  '9.4': {
    read: (text) => parse(text),
    write: (value) => stringify(value, { collectionStyle: 'block', lineWidth: 0 }),
    quote: (text) => (text.includes('\n') ? doubleQuoted(text) : singleQuoted(text)),
    joinStrings: joinQuotedLines,
    mendFlowStyle: (text) => text.replace(/^(\S[^\n]*:)\s*\n(\[.*\]|\{.*\})\s*$/gm, '$1 $2'),
  },
};

function doubleQuoted(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  return `"${escaped}"`;
}

/** A run of line feeds between two double quotes, whosever they are, is one less of them, and escaped. */
function joinQuotedLines(text: string): string {
  return text.replace(/"(?:\\.|[^"\\])*"/gs, (quoted) =>
    quoted.replace(/\n+/g, (feeds) => '\\n'.repeat(feeds.length - 1)),
  );
}

function attempt<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw new CompileError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

type Values = Record<string, unknown>;

/** By placeholder; null where nothing was entered. */
type YamlValues = ReadonlyMap<string, unknown>;

function prepare(variables: FleetVariables, { read }: Dialect): { values: Values; yaml: YamlValues } {
  const values: Values = {};
  const yaml = new Map<string, unknown>();
  for (const [name, { type, value }] of Object.entries(variables)) {
    const placeholder = `##${name}##`;
    if (type === 'yaml') yaml.set(placeholder, value ? read(String(value)) : null);
    const shown = type === 'yaml' ? (value ? `"${placeholder}"` : null) : referenceOf(value);
    put(values, name.split('.'), shown);
  }
  return { values, yaml };
}

function referenceOf(value: unknown): unknown {
  const { isSecretRef, id } = Object(value);
  return isSecretRef === true ? `$co.elastic.secret{${id}}` : value;
}

const forbiddenKeys = ['__proto__', 'constructor', 'prototype'];

/** `ssl.key` is `key` in `ssl`. */
function put(into: Values, [first = '', ...rest]: readonly string[], value: unknown): void {
  if (first === '' || forbiddenKeys.includes(first)) throw new CompileError(`Invalid key ${first}`);
  if (rest.length === 0) into[first] = value;
  else {
    const inner = Object(into[first] ?? {});
    into[first] = inner;
    put(inner, rest, value);
  }
}

function fillTemplate(template: string, values: Values, { quote }: Dialect): string {
  const handlebars = engine.default.create();
  handlebars.registerHelper('contains', contains);
  handlebars.registerHelper('escape_string', (text: string) => (text ? quote(text) : undefined));
  handlebars.registerHelper('escape_multiline_string', (text: string) =>
    text ? text.replaceAll('\n ', '\n').replaceAll("'", "''").replaceAll('\n', '\\n') : undefined,
  );
  handlebars.registerHelper('to_json', (value: unknown) =>
    typeof value === 'string' ? value : JSON.stringify(value),
  );
  handlebars.registerHelper('url_encode', (text: string) =>
    encodeURIComponent(text).replace(
      /[!'()*]/g,
      (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
    ),
  );
  return attempt(() => handlebars.compileAST(template, { noEscape: true })(values));
}

function contains(this: unknown, item: string, among: unknown, options: { fn?: (of: unknown) => string }) {
  const has = Array.isArray(among) || typeof among === 'string' ? among.includes(item) : false;
  if (!has) return '';
  return options?.fn ? options.fn(this) : true;
}

function fillYaml(text: string, yaml: YamlValues, { write, mendFlowStyle }: Dialect): string {
  if (yaml.size === 0) return text;
  let filled = text;
  for (const [placeholder, value] of yaml)
    filled = filled.replace(new RegExp(`^"${placeholder}"`, 'gm'), () => (value ? write(value) : ''));
  return mendFlowStyle(filled);
}

/** YAML makes nothing of a blank text; what was one in the form is one in the policy. */
function restoreEmpty(compiled: object, values: Values): object {
  const isBlank = (name: string) => typeof values[name] === 'string' && String(values[name]).trim() === '';
  return Object.fromEntries(
    Object.entries(compiled).map(([name, value]) => [name, value === null && isBlank(name) ? '' : value]),
  );
}

/** Replaces a placeholder that is the whole of a value, wherever it stands. */
function fillNested(value: unknown, yaml: YamlValues): unknown {
  if (typeof value === 'string') return yaml.has(value) ? yaml.get(value) : value;
  if (Array.isArray(value)) return value.map((item) => fillNested(item, yaml));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, fillNested(each, yaml)]));
}
