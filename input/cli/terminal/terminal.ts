// Lays out plain text for a terminal: wrapped paragraphs and aligned tables that stay within its width.

import { styleText } from 'node:util';
import { wrap as wrapLines } from '../../telemetry/terminal/wrap.ts';

export const terminalWidth = Math.min(process.stdout.columns ?? 80, 100);

/** Wraps to the width of the terminal; the lines after the first are indented as far as it. */
export function wrap(text: string, first: string, rest = ' '.repeat(first.length)): string {
  return wrapLines(text, first, rest, terminalWidth).join('\n');
}

/** Aligns columns as wide as their widest cell, numbers to the right; as close together as the width asks for. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  width = terminalWidth,
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

export type TerminalColour = Parameters<typeof styleText>[0];

/** Colours the text where standard output is a terminal that shows colours. */
export function paint(colour: TerminalColour, text: string): string {
  return styleText(colour, text, { stream: process.stdout });
}

export function printText(text: string): void {
  process.stdout.write(`${text}\n`);
}
