// The logger: ECS JSON where a program reads the lines, short text on a terminal. Every line passes redact(), whatever
// was put into it.

import { styleText } from 'node:util';
import { ecsFormat } from '@elastic/ecs-pino-format';
import { pino } from 'pino';
import { describeError, redact } from '../contract/errors.ts';
import type { Logger, LogLevel } from '../contract/logger.ts';
import { wrap } from './terminal/wrap.ts';

export interface LoggerOptions {
  readonly level: LogLevel;
  /** Takes one line with its line feed. */
  readonly write: (line: string) => void;
}

/** Prints one ECS JSON object a line. */
export function createJsonLogger({ level, write }: LoggerOptions): Logger {
  const format = ecsFormat({ apmIntegration: false, serviceName: 'm365', eventDataset: 'm365.log' });
  const log = pino({ ...format, level }, { write: (line) => write(redact(line)) });
  const at = (severity: LogLevel) => (fields: object, message: string) =>
    log[severity](clean(fields), redact(message));
  const setLevel = (wanted: LogLevel) => {
    log.level = wanted;
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), setLevel };
}

const levels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];
const colours = { debug: 'gray', info: 'gray', warn: 'yellow', error: 'red' } as const;

export interface TextLoggerOptions extends LoggerOptions {
  readonly colour: boolean;
  /** Longer lines are broken between words. */
  readonly columns?: number | undefined;
}

/** Prints time, level and message for people; the fields only at debug level. */
export function createTextLogger({ write, colour, columns = 80, ...options }: TextLoggerOptions): Logger {
  let { level } = options;
  const paint = (severity: LogLevel, text: string) =>
    colour ? styleText(colours[severity], text, { validateStream: false }) : text;
  const at = (severity: LogLevel) => (fields: object, message: string) => {
    if (levels.indexOf(severity) < levels.indexOf(level)) return;
    const time = new Date().toTimeString().slice(0, 8);
    const details = level === 'debug' ? ` ${JSON.stringify(clean(fields))}` : '';
    const lead = `${time} ${severity.toUpperCase().padEnd(5)}`;
    const lines = wrap(redact(message + details), `${lead} `, ' '.repeat(lead.length + 1), columns);
    write(`${lines.join('\n').replace(lead, paint(severity, lead))}\n`);
  };
  const setLevel = (wanted: LogLevel) => {
    level = wanted;
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), setLevel };
}

/** The value is redacted before it becomes JSON: escaping would hide a secret with a quote in it. */
function clean(value: object): object {
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, cleanValue(each, 0)]));
}

function cleanValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return redact(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Error) return { type: value.name, message: describeError(value) };
  if (depth > 6) return '…';
  if (Array.isArray(value)) return value.map((item) => cleanValue(item, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, cleanValue(each, depth + 1)]));
}
