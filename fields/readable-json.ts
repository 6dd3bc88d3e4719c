// Writes JSON for people who review a change: what fits into a line stands in one, the rest is broken up, an entry a
// line.

const width = 140;

/** The text ends with a line feed. */
export function writeReadableJson(value: unknown): string {
  return `${write(value, '')}\n`;
}

function write(value: unknown, indent: string): string {
  const line = JSON.stringify(value);
  if (line.length + indent.length <= width || typeof value !== 'object' || value === null) return line;
  const deeper = `${indent} `;
  const [open, close, entries] = Array.isArray(value)
    ? ['[', ']', value.map((item) => write(item, deeper))]
    : ['{', '}', writeEntries(value, deeper)];
  return `${open}\n${deeper}${entries.join(`,\n${deeper}`)}\n${indent}${close}`;
}

function writeEntries(object: object, indent: string): string[] {
  return Object.entries(object)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${JSON.stringify(name)}: ${write(value, indent)}`);
}
