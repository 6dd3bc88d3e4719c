// Room for words beside a chart: as much as the longest needs, and no more than leaves the chart its own.

/** Pixels of a character at 11 pixels' height, rather too many than too few. */
const charWidth = 6.4;
/** Short names can be of wide letters alone. */
const slack = 10;
/** Without it the lines of a name that goes on lie on each other. */
const lineHeight = 13;
const mostShare = 0.45;

/** The width of the longest, in a chart of that width. */
export function roomFor(names, chartWidth) {
  const longest = Math.max(1, ...names.map((name) => name.length));
  return Math.min(Math.ceil(longest * charWidth) + slack, Math.floor(chartWidth * mostShare));
}

const mark = 8;
const markGap = 5;
const margin = 12;

/** A list of names at the right of a chart; what is too long for it goes on in the next line. */
export function legendAtRight(names, theme, chartWidth) {
  const room = roomFor(names, chartWidth);
  return {
    /** What the legend takes of the chart. */
    width: room + mark + markGap + margin,
    legend: {
      type: 'scroll',
      orient: 'vertical',
      right: 0,
      icon: 'circle',
      itemWidth: mark,
      itemHeight: mark,
      itemGap: 7,
      textStyle: { color: theme.text, fontSize: 11, lineHeight, width: room, overflow: 'breakAll' },
      pageIconSize: 9,
      pageTextStyle: { color: theme.subdued, fontSize: 10 },
      pageIconColor: theme.subdued,
      data: names,
    },
  };
}

/** Names down the left of a chart. */
export const namesAtLeft = (names, theme, chartWidth) => ({
  color: theme.text,
  fontSize: 11,
  lineHeight,
  width: roomFor(names, chartWidth),
  overflow: 'breakAll',
  interval: 0,
});
