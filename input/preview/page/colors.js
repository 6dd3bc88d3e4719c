// Chooses the colours of values: those the saved object fixes, then Kibana's palette in turn.

const palette = [
  '#6092C0',
  '#54B399',
  '#D36086',
  '#9170B8',
  '#D6BF57',
  '#CA8EAE',
  '#DA8B45',
  '#B9A888',
  '#AA6556',
  '#E7664C',
];
const other = '#98A2B3';

/** Returns a function from a value to its colour. `mapping` is the colorMapping of a Lens visualisation. */
export function colorsFor(mapping, values) {
  const fixed = new Map();
  for (const { rule, color } of mapping?.assignments ?? [])
    for (const value of rule.values) fixed.set(value, color.colorCode);
  const used = new Set(fixed.values());
  const free = palette.filter((color) => fixed.size === 0 || !used.has(color));
  const loose = values.filter((value) => !fixed.has(String(value)) && value !== '__other__');
  const loop = new Map(loose.map((value, index) => [value, free[index % free.length]]));
  return (value) => fixed.get(String(value)) ?? loop.get(value) ?? other;
}

/** Returns the colour of a metric by its value, where the visualisation has one. */
export function colorOfMetric({ palette: byValue }, value) {
  if (byValue === undefined) return undefined;
  const reached = byValue.params.colorStops.filter(({ stop }) => value >= stop);
  return reached.at(-1)?.color;
}

/** Returns black or white, whichever is easier to read on the colour. */
export function inkOn(color) {
  const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  return 0.299 * r + 0.587 * g + 0.114 * b > 150 ? '#1d2a3e' : '#ffffff';
}
