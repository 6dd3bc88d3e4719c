// Makes room for words beside a chart: as much as the longest needs, and no more than leaves the chart its own.

/** The width of a character in pixels at a height of 11 pixels, rather too large than too small. */
const charWidth = 6.4;
/** Short names can consist of wide letters alone. */
const slack = 10;
/** The height of a line is set, because the lines of a wrapped name would otherwise overlap. */
const lineHeight = 13;
const mostShare = 0.45;

/** Returns the width of the longest, in a chart of that width. */
export function roomFor(names, chartWidth) {
  const longest = Math.max(1, ...names.map((name) => name.length));
  return Math.min(Math.ceil(longest * charWidth) + slack, Math.floor(chartWidth * mostShare));
}

const mark = 8;
const markGap = 5;
const margin = 12;

/** Makes the legend at the right of a chart; a name that is too long for it goes on in the next line. */
export function legendAtRight(names, theme, chartWidth) {
  const room = roomFor(names, chartWidth);
  return {
    /** Returns the part of the chart that the legend takes. */
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

/** Makes room for names down the left of a chart. */
export const namesAtLeft = (names, theme, chartWidth) => ({
  color: theme.text,
  fontSize: 11,
  lineHeight,
  width: roomFor(names, chartWidth),
  overflow: 'breakAll',
  interval: 0,
});
