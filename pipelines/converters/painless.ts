// All verbs as one block of Painless functions. Each takes `(def value, def options)`.

import { verbs } from './index.ts';
import { partsPainless } from './parts.ts';

/** `ip_version` is `toIpVersion`. */
function painlessNameOf(verb: string): string {
  return `to${verb
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')}`;
}

export function writePainlessVerbs(): string {
  const functions = verbs.map(
    ({ name, painless, painlessFunctions = '' }) =>
      `${painlessFunctions}\ndef ${painlessNameOf(name)}(def value, def options) {${painless}\n}`,
  );
  return [partsPainless, ...functions].join('\n');
}

/** A function that finds a verb by its name. */
export function writePainlessDispatch(): string {
  const lines = verbs.map(
    ({ name }) => `  if (verb == '${name}') return ${painlessNameOf(name)}(value, options);`,
  );
  return `def convert(String verb, def value, def options) {\n${lines.join('\n')}\n  return null;\n}`;
}
