// The colours that have a meaning: the same value has the same colour in every panel of every dashboard. Everything
// else takes Kibana's own palette in turn.

import type { GroupingSource, Tone } from './definition.ts';
import { readGrouping } from './measure.ts';

/** Colours of the palette that colour-blind readers can tell apart. */
const good = '#54B399';
const bad = '#E7664C';
const warning = '#D6BF57';
const neutral = '#98A2B3';
const calm = '#6092C0';

export const toneColors: Readonly<Record<Tone, string>> = { bad, warning };
export const calmColor = calm;

const severities = { high: bad, medium: warning, low: calm, informational: neutral };

/** The names of groups that say how something ended. */
const outcomes: Readonly<Record<string, string>> = {
  'A further step': warning,
  Delivered: good,
  Failed: bad,
  Failure: bad,
  Quarantined: calm,
  Spam: warning,
  Success: good,
};

const meaningful: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'event.outcome': { failure: bad, success: good, unknown: neutral },
  'm365.collection.health': {
    degraded: warning,
    failed: bad,
    healthy: good,
    starting: neutral,
    stopped: neutral,
    waiting: calm,
  },
};

/** The spellings that Microsoft's services use for one severity. */
const spellings = (values: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values).flatMap(([value, color]) => [
      [value, color],
      [`${value.charAt(0).toUpperCase()}${value.slice(1)}`, color],
    ]),
  );

/** Returns the fixed colours of a grouping's values; none where the values have no meaning of their own. */
function colorsOf(source: GroupingSource): Readonly<Record<string, string>> {
  const grouping = readGrouping(source);
  if ('field' in grouping)
    return /(?:severity|risk_?level)$/iu.test(grouping.field)
      ? spellings(severities)
      : (meaningful[grouping.field] ?? {});
  const known: Readonly<Record<string, string>> = { ...spellings(severities), ...outcomes };
  return Object.fromEntries(
    Object.keys(grouping.groups).flatMap((name) => (known[name] === undefined ? [] : [[name, known[name]]])),
  );
}

/** Returns the colours of a grouping's values as Lens keeps them. */
export function colorMapping(grouping: GroupingSource): object {
  return {
    assignments: Object.entries(colorsOf(grouping)).map(([value, colorCode]) => ({
      color: { colorCode, type: 'colorCode' },
      rule: { type: 'matchExactly', values: [value] },
      touched: false,
    })),
    colorMode: { type: 'categorical' },
    paletteId: 'eui_amsterdam_color_blind',
    specialAssignments: [{ color: { type: 'loop' }, rule: { type: 'other' }, touched: false }],
  };
}
