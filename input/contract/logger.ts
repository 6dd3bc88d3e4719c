// The logger that every part is given.

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  /** Leaves out less important lines from now on. Absent where nothing can be changed about that. */
  setLevel?(level: LogLevel): void;
}
