// Redraws the progress table on a terminal, twice a second, below whatever else is printed there.

import { styleText } from 'node:util';
import { createLogUpdate } from 'log-update';
import type { Health } from '../../contract/telemetry.ts';
import type { StatusBoard } from '../status/status-board.ts';
import { drawProgressTable } from './progress-table.ts';
import { fold } from './wrap.ts';

export interface Progress {
  /** Prints a line above the table. */
  print(line: string): void;
  /** Draws a last time and leaves the table standing. */
  close(): void;
}

/** The part of a terminal's stream that is used. */
interface TerminalStream extends NodeJS.WritableStream {
  readonly columns?: number;
  readonly rows?: number;
  hasColors(): boolean;
}

interface ProgressOptions {
  readonly board: StatusBoard;
  readonly terminal: TerminalStream;
  readonly names: ReadonlyMap<string, string>;
  /** Lines under the table that say what runs, how to end it and where its files are. */
  readonly footer: () => string;
}

const linesOfFooter = 5;

const colours = {
  starting: 'cyan',
  waiting: 'cyan',
  healthy: 'green',
  degraded: 'yellow',
  failed: 'red',
  stopped: 'gray',
} as const;

export function showProgress({ board, terminal, names, footer }: ProgressOptions): Progress {
  const update = createLogUpdate(terminal, { showCursor: true });
  const colour = terminal.hasColors();
  const paint = (health: Health, text: string) =>
    colour ? styleText(colours[health], text, { validateStream: false }) : text;
  let drawn = 0;
  const draw = () => {
    const { columns = 80, rows = 24 } = terminal;
    const table = drawProgressTable(board.snapshot(), { columns, rows, paint, names });
    const below = footer()
      .split('\n')
      .flatMap((line) => fold(line, columns - 1, linesOfFooter));
    const frame = [table, ...below].join('\n');
    const lines = frame.split('\n').length;
    // The library redraws only the lines that changed, and misplaces those below an inserted one.
    if (lines !== drawn) update.clear();
    drawn = lines;
    update(frame);
  };
  const timer = setInterval(draw, 500);
  timer.unref();
  draw();
  return {
    print(line) {
      update.persist(line.trimEnd());
      draw();
    },
    close() {
      clearInterval(timer);
      draw();
      update.done();
    },
  };
}
