// How wide the columns of a table are: so that all of it stands in its panel, heads and what cannot be shortened whole.

/** Pixels, of the text of tables. */
const charWidth = 6.7;
const padding = 21;
const fewestCharacters = 12;

const longestOf = (texts) => Math.max(0, ...texts.map((text) => text.length));

/**
 * In percent. A column is `{head, texts, isRigid}`: one that is rigid, as of times and numbers, says something else when
 * it is cut; the others give way where there is not room for all.
 */
export function shareWidths(columns, tableWidth) {
  const bounds = columns.map(({ head, texts, isRigid }) => {
    const word = longestOf(head.split(' '));
    const whole = Math.max(word, longestOf(texts));
    const least = isRigid ? whole : Math.max(word, Math.min(whole, fewestCharacters));
    return { least: least * charWidth + padding, whole: whole * charWidth + padding };
  });
  const least = bounds.reduce((sum, each) => sum + each.least, 0);
  const whole = bounds.reduce((sum, each) => sum + each.whole, 0);
  const give = whole === least ? 0 : Math.max(0, Math.min(1, (tableWidth - least) / (whole - least)));
  const widths = bounds.map((each) => each.least + (each.whole - each.least) * give);
  const total = widths.reduce((sum, width) => sum + width, 0);
  return widths.map((width) => (100 * width) / total);
}
