// Leaves out of a script the functions that nothing in it calls: Elasticsearch limits how long a script may be, and a dataset
// needs few of the converters. Functions stand at the beginning of a line, as in all `.painless` files.

/** `def toKeyword(def value, def options) {` */
const heading = /^[A-Za-z]\w*(?:\[\])? (\w+)\([^()]*\) \{/;

interface Piece {
  /** Undefined of what belongs to no function. */
  readonly name: string | undefined;
  readonly text: string;
}

export function keepUsedFunctions(source: string): string {
  const pieces = cutIntoPieces(source);
  const bodies = new Map(pieces.flatMap(({ name, text }) => (name === undefined ? [] : [[name, text]])));
  const used = new Set<string>();
  const open = pieces.filter(({ name }) => name === undefined).map(({ text }) => text);
  for (let text = open.pop(); text !== undefined; text = open.pop()) {
    for (const [, name = ''] of text.matchAll(/(\w+)\(/g)) {
      const body = bodies.get(name);
      if (body === undefined || used.has(name)) continue;
      used.add(name);
      open.push(body);
    }
  }
  return pieces
    .filter(({ name }) => name === undefined || used.has(name))
    .map(({ text }) => text)
    .join('\n');
}

/** A function ends with a brace at the beginning of a line, or on its first line. */
function cutIntoPieces(source: string): Piece[] {
  const pieces: Piece[] = [];
  let lines: string[] = [];
  let name: string | undefined;
  const close = () => {
    if (lines.length > 0) pieces.push({ name, text: lines.join('\n') });
    lines = [];
    name = undefined;
  };
  for (const line of source.split('\n')) {
    const found = name === undefined ? heading.exec(line) : null;
    if (found !== null) {
      close();
      name = found[1];
    }
    lines.push(line);
    if (name !== undefined && (line === '}' || (found !== null && line.endsWith('}')))) close();
  }
  close();
  return pieces;
}
