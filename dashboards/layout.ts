// Places panels on Kibana's grid of 48 columns: rows from top to bottom, panels from left to right.

import type { RowSource } from './definition.ts';

export interface Position {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export const columns = 48;

/** Returns one position for each panel of each row, below `top`. */
export function layOut(rows: readonly RowSource[], top: number): Position[][] {
  let y = top;
  return rows.map((row) => {
    let x = 0;
    const positions = widthsOf(row).map((w): Position => {
      const position = { x, y, w, h: row.height };
      x += w;
      return position;
    });
    y += row.height;
    return positions;
  });
}

/** The width that is left after the given ones is shared out; the first panels take the remainder. */
function widthsOf({ panels }: RowSource): number[] {
  const given = panels.reduce((sum, { width = 0 }) => sum + width, 0);
  const open = panels.filter(({ width }) => width === undefined).length;
  const share = Math.floor((columns - given) / Math.max(1, open));
  let extra = columns - given - share * open;
  return panels.map(({ width }) => width ?? share + (extra-- > 0 ? 1 : 0));
}

/** Returns nothing when a row is exactly as wide as the grid. */
export function widthProblem(row: RowSource): string | undefined {
  const widths = widthsOf(row);
  const sum = widths.reduce((total, width) => total + width, 0);
  if (sum !== columns) return `the panels of this row are ${sum} columns wide, not ${columns}`;
  return widths.some((width) => width < 4) ? 'a panel of this row has less than 4 columns' : undefined;
}
