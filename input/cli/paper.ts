// Plain text for a terminal: wrapped paragraphs and aligned tables that stay within its width.

import { styleText } from 'node:util';

export const paperWidth = Math.min(process.stdout.columns ?? 80, 100);

/** Breaks at spaces. Lines begin with `first` and then with `rest`; a word that fits nowhere stands out. */
export function wrap(
  text: string,
  first: string,
  rest = ' '.repeat(first.length),
  width = paperWidth,
): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.trim().split(/\s+/)) {
    const prefix = lines.length === 0 ? first : rest;
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && prefix.length + longer.length > width) {
      lines.push(prefix + line);
      line = word;
    } else line = longer;
  }
  return [...lines, (lines.length === 0 ? first : rest) + line].join('\n');
}

/** Columns as wide as their widest cell, numbers to the right; as close together as the width asks for. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  width = paperWidth,
): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const numeric = head.map((_, column) => rows.every((row) => /^[\d,.%-]*$/.test(row[column] ?? '')));
  const roomy = widths.reduce((sum, each) => sum + each + 2, -2) <= width;
  const pad = (cell: string, column: number) =>
    numeric[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0);
  return [head, ...rows]
    .map((row) =>
      row
        .map(pad)
        .join(roomy ? '  ' : ' ')
        .slice(0, width)
        .trimEnd(),
    )
    .join('\n');
}

type Colour = Parameters<typeof styleText>[0];

/** Coloured where standard output is a terminal that shows colours. */
export function paint(colour: Colour, text: string): string {
  return styleText(colour, text, { stream: process.stdout });
}

export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
