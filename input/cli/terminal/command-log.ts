// The log of a command that ends by itself: short lines on a terminal, ECS JSON elsewhere, always on standard error.

import type { Logger, LogLevel } from '../../contract/logger.ts';
import { createJsonLogger, createTextLogger } from '../../telemetry/logger.ts';

export function openCommandLog(level: LogLevel): Logger {
  const terminal = process.stderr;
  const write = (line: string) => terminal.write(line);
  if (!terminal.isTTY) return createJsonLogger({ level, write });
  return createTextLogger({ level, write, colour: terminal.hasColors(), columns: terminal.columns });
}
