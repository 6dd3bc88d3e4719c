// Wraps a paragraph into lines for a terminal.

/** Breaks at spaces. Lines begin with `first` and then with `rest`; a word that is too long for any line stands out. */
export function wrap(text: string, first: string, rest: string, width: number): string[] {
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
  return [...lines, (lines.length === 0 ? first : rest) + line];
}

/** Cuts a text to the given length, between words where there are some, and marks the cut with an ellipsis. */
export function shorten(text: string, width: number): string {
  if (text.length <= width) return text;
  const kept = text.slice(0, width - 1);
  const isBetween = /\s/.test(text[width - 1] ?? '');
  const end = isBetween ? kept.length : kept.search(/\s+\S*$/);
  return `${end > 0 ? kept.slice(0, end).trimEnd() : kept}…`;
}

/** Returns at most so many lines, none longer than the width; a longer word goes on in the next line. */
export function fold(text: string, width: number, most: number): string[] {
  const pieces = text
    .trim()
    .split(/\s+/)
    .flatMap((word) => word.match(new RegExp(`.{1,${Math.max(1, width - 2)}}`, 'gsu')) ?? []);
  const lines = wrap(pieces.join(' '), '', '  ', width);
  if (lines.length <= most) return lines;
  const last = lines[most - 1] ?? '';
  return [...lines.slice(0, most - 1), last.length < width ? `${last}…` : shorten(`${last} …`, width)];
}
