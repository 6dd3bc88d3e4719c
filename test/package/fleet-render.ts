// Renders a stream template as Fleet does when it makes an agent policy: its Handlebars helpers, its placeholders for
// YAML variables, and the parse at the end. Kibana 8.18 doubles line feeds and parses with js-yaml; later versions
// escape them and parse with yaml.

import Handlebars from 'handlebars';
import { safeDump, safeLoad } from 'js-yaml';
import { parse, stringify } from 'yaml';

export interface FleetVariable {
  readonly type: string;
  readonly value: unknown;
}

export type FleetVersion = '8.18' | '9.4';

export function renderAsFleet(
  template: string,
  variables: Readonly<Record<string, FleetVariable>>,
  version: FleetVersion,
): Record<string, unknown> {
  const { read, write } = dialects[version];
  const { values, yaml } = prepare(variables, read);
  const text = createHandlebars(version).compile(template, { noEscape: true })(values);
  const filled = [...yaml].reduce(
    (all, [placeholder, value]) =>
      all.replace(new RegExp(`^"${placeholder}"`, 'gm'), () => (value ? write(value) : '')),
    text,
  );
  return Object(read(filled) ?? {});
}

const dialects: Record<FleetVersion, { read(text: string): unknown; write(value: unknown): string }> = {
  '8.18': { read: (text) => safeLoad(text), write: (value) => safeDump(value) },
  '9.4': { read: (text) => parse(text), write: (value) => stringify(value) },
};

function prepare(variables: Readonly<Record<string, FleetVariable>>, read: (text: string) => unknown) {
  const values: Record<string, unknown> = {};
  const yaml = new Map<string, unknown>();
  for (const [name, { type, value }] of Object.entries(variables)) {
    const placeholder = `##${name}##`;
    if (type === 'yaml') yaml.set(placeholder, value ? read(String(value)) : undefined);
    put(values, name.split('.'), type === 'yaml' && value ? `"${placeholder}"` : value);
  }
  return { values, yaml };
}

/** `ssl.key` is `key` in `ssl`. */
function put(into: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [first = '', ...rest] = path;
  if (rest.length === 0) into[first] = value;
  else {
    const inner = Object(into[first] ?? {});
    into[first] = inner;
    put(inner, rest, value);
  }
}

function createHandlebars(version: FleetVersion): typeof Handlebars {
  const handlebars = Handlebars.create();
  handlebars.registerHelper('escape_string', (text: unknown) => quote(text, version));
  handlebars.registerHelper('to_json', (value: unknown) =>
    typeof value === 'string' ? value : JSON.stringify(value),
  );
  handlebars.registerHelper('url_encode', (text: string) => encodeURIComponent(text));
  handlebars.registerHelper('concat', (...words: unknown[]) => words.slice(0, -1).join(''));
  handlebars.registerHelper('join', (list: readonly unknown[], by: unknown) =>
    list.join(typeof by === 'string' ? by : ','),
  );
  handlebars.registerHelper('contains', function contains(this: unknown, item, among, options) {
    return among?.includes(item) ? (options?.fn?.(this) ?? true) : '';
  });
  return handlebars;
}

function quote(text: unknown, version: FleetVersion): string | undefined {
  if (typeof text !== 'string' || text === '') return undefined;
  if (version === '9.4' && text.includes('\n')) return JSON.stringify(text);
  return `'${text.replaceAll("'", "''").replaceAll('\n', '\n\n')}'`;
}
