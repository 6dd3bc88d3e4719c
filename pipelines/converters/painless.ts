// The converters for the ingest pipelines: the functions of this folder's `.painless` files, and one that finds them by
// name. Only what generates pipelines needs them; the collector does not read them.

import { readPainless } from '../ingest/read-painless.ts';
import { converters } from './index.ts';

const families = [
  ...['parts', 'keyword', 'number', 'date', 'address', 'user', 'users', 'directory', 'url', 'file', 'email'],
  ...['lookup', 'id', 'html', 'geo'],
];

/** The function of the converter `ip_version` is `toIpVersion(def value, def options)`. */
export function painlessNameOf(converter: string): string {
  return `to${converter
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')}`;
}

export function readPainlessConverters(): string {
  return readPainless(...families.map((family) => `converters/${family}`));
}

/** Of those converters alone, where it is said which. */
export function writePainlessDispatch(used?: ReadonlySet<string>): string {
  const lines = converters
    .filter(({ name }) => used === undefined || used.has(name))
    .map(({ name }) => `  if (converter == '${name}') return ${painlessNameOf(name)}(value, options);`);
  return `def convert(String converter, def value, def options) {\n${lines.join('\n')}\n  return null;\n}`;
}
