// Measures and cuts text in the cells of a terminal. Documents hold what strangers wrote: nothing of it may move the
// cursor, change colours or turn the direction of what follows.

const unseen = /[\p{Cc}\p{Cf}\u2028\u2029\s]+/gu;
const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff01-\uff60\p{Emoji_Presentation}]/u;
const combining = /\p{M}/u;
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Returns the text on one line, without characters that a terminal obeys. */
export const plainText = (text: string): string => text.replace(unseen, ' ').trim();

/** Returns JSON of the same meaning, without characters that a terminal obeys. */
export const plainJson = (json: string): string =>
  json.replace(/[\u007f-\u009f\p{Cf}\u2028\u2029]/gu, (character) =>
    [...Array(character.length).keys()]
      .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
      .join(''),
  );

/** Text of these characters takes a cell for each, without the slow search for graphemes. */
const narrow = /^[ -~…→─]*$/;

export function cellsOf(text: string): number {
  if (narrow.test(text)) return text.length;
  let cells = 0;
  for (const { segment } of graphemes.segment(text)) cells += widthOf(segment);
  return cells;
}

/** Cuts a text to so many cells, with an ellipsis for what was cut. */
export function cutTo(text: string, cells: number): string {
  if (cellsOf(text) <= cells) return text;
  let kept = '';
  let used = 1;
  for (const { segment } of graphemes.segment(text)) {
    used += widthOf(segment);
    if (used > cells) break;
    kept += segment;
  }
  return `${kept}…`;
}

export const padTo = (text: string, cells: number): string => {
  const cut = cutTo(text, cells);
  return cut + ' '.repeat(Math.max(0, cells - cellsOf(cut)));
};

const widthOf = (grapheme: string): number =>
  wide.test(grapheme) ? 2 : combining.test(grapheme) && grapheme.length === 1 ? 0 : 1;
