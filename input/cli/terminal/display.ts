// The display of a running command: a table and short lines on a terminal, ECS JSON lines anywhere else. Everything
// goes to standard error; standard output belongs to documents.

import type { Logger, LogLevel } from '../../contract/logger.ts';
import { createJsonLogger, createTextLogger } from '../../telemetry/logger.ts';
import type { StatusBoard } from '../../telemetry/status/status-board.ts';
import type { Progress } from '../../telemetry/terminal/progress.ts';

export interface Display {
  readonly log: Logger;
  close(): void;
}

interface DisplayOptions {
  readonly level: LogLevel;
  readonly board: StatusBoard;
  /** The names of tenants, by GUID. */
  readonly names: ReadonlyMap<string, string>;
  readonly footer: () => string;
  /** False where documents are printed on the same terminal. */
  readonly table: boolean;
}

/** What draws on a terminal is loaded only where there is one. */
export async function openDisplay(options: DisplayOptions): Promise<Display> {
  const { level, board, names, footer, table } = options;
  const terminal = process.stderr;
  if (!terminal.isTTY)
    return {
      log: createJsonLogger({ level, write: (line) => terminal.write(line) }),
      close: () => undefined,
    };
  let progress: Progress | undefined;
  const write = (line: string) => (progress ? progress.print(line) : terminal.write(line));
  // The table shows what an INFO line would say.
  const shown = table && level === 'info' ? 'warn' : level;
  const log = createTextLogger({
    level: shown,
    write,
    colour: terminal.hasColors(),
    columns: terminal.columns,
  });
  if (table) {
    const { showProgress } = await import('../../telemetry/terminal/progress.ts');
    progress = showProgress({ board, terminal, names, footer });
  }
  return {
    log,
    close() {
      progress?.close();
      progress = undefined;
    },
  };
}
