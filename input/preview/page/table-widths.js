// Chooses the widths of a table's columns, so that all of it stands in its panel, with whole heads and whole cells
// where a cut would mislead.

/** Pixels, of the text of tables. */
const charWidth = 6.7;
const padding = 21;
const fewestCharacters = 12;

const longestOf = (texts) => Math.max(0, ...texts.map((text) => text.length));

const sumOf = (widths) => widths.reduce((sum, width) => sum + width, 0);

/** The width up to which every column is whole, so that only the widest are cut. */
function levelFor(widthsUpTo, tableWidth) {
  let [low, high] = [0, tableWidth];
  for (let step = 0; step < 12; step += 1) {
    const middle = (low + high) / 2;
    if (sumOf(widthsUpTo(middle)) > tableWidth) high = middle;
    else low = middle;
  }
  return low;
}

/**
 * Returns the widths in percent. A column is `{head, texts, isRigid}`: a rigid one, as of times and numbers, would
 * mislead when it is cut; the others give way where there is not room for all.
 */
export function shareWidths(columns, tableWidth) {
  const bounds = columns.map(({ head, texts, isRigid }) => {
    const word = longestOf(head.split(' '));
    const whole = Math.max(word, longestOf(texts));
    const least = isRigid ? whole : Math.max(word, Math.min(whole, fewestCharacters));
    return { least: least * charWidth + padding, whole: whole * charWidth + padding };
  });
  const widthsUpTo = (level) => bounds.map(({ least, whole }) => Math.min(whole, Math.max(least, level)));
  const widths = widthsUpTo(levelFor(widthsUpTo, tableWidth));
  const total = sumOf(widths);
  return widths.map((width) => (100 * width) / total);
}
