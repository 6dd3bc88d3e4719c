// A document as a line of a file: its `_id` in front, so that the file alone tells what was delivered, and
// `event.ingested`, which in Elasticsearch the ingest pipeline would set. The body is never parsed for that.

import type { OutputDocument, RecordKey } from '../../contract.ts';

/** A line in two parts, without its line feed: what differs from the body, and the long rest of the body as it is. */
export interface LineParts {
  readonly head: string;
  readonly tail: string;
}

/** The body is a JSON object without whitespace between its tokens, as JSON.stringify writes it. */
export function splitLine({ id, body }: OutputDocument, ingested: string): LineParts {
  const event = findEvent(body);
  const at = event === 0 ? 1 : event;
  const property = event === 0 ? `"event":{"ingested":"${ingested}"}` : `"ingested":"${ingested}"`;
  const comma = body[at] === '}' ? '' : ',';
  return {
    head: `{"_id":${JSON.stringify(id)},${body.slice(1, at)}${property}${comma}`,
    tail: body.slice(at),
  };
}

export function writeLine(document: OutputDocument, ingested: string): string {
  const { head, tail } = splitLine(document, ingested);
  return `${head}${tail}\n`;
}

const eventKey = '"event":{';

/** Where the first property of the top-level `event` begins; 0 where there is no such object. */
function findEvent(body: string): number {
  let depth = 0;
  let counted = 0;
  for (let found = body.indexOf(eventKey); found >= 0; found = body.indexOf(eventKey, found + 1)) {
    // Inside a string every quote but the last stands behind a backslash: this is the end of a longer key.
    if (isEscaped(body, found)) continue;
    depth += depthBetween(body, counted, found);
    if (depth === 1) return found + eventKey.length;
    counted = found;
  }
  return 0;
}

const quote = 0x22;
const openingBrace = 0x7b;
const closingBrace = 0x7d;

/** How much deeper the nesting is at `end`; both ends lie outside of strings. */
function depthBetween(body: string, start: number, end: number): number {
  let depth = 0;
  for (let at = start; at < end; at += 1) {
    const code = body.charCodeAt(at);
    if (code === openingBrace) depth += 1;
    else if (code === closingBrace) depth -= 1;
    else if (code === quote) at = closingQuote(body, at);
  }
  return depth;
}

function closingQuote(body: string, opening: number): number {
  let at = body.indexOf('"', opening + 1);
  while (at >= 0 && isEscaped(body, at)) at = body.indexOf('"', at + 1);
  return at < 0 ? body.length : at;
}

function isEscaped(body: string, at: number): boolean {
  let backslashes = 0;
  while (body[at - 1 - backslashes] === '\\') backslashes += 1;
  return backslashes % 2 === 1;
}

/**
 * Under which keys a line may be asked for again; undefined when it is no whole line of ours. A document stands under
 * its time. One whose record could not be read has a time of our making, and stands under no time at all as well.
 */
export function readLineKeys(line: Buffer): RecordKey[] | undefined {
  const document = parseObject(line);
  const id = document?._id;
  if (typeof id !== 'string') return undefined;
  const time = Date.parse(String(document?.['@timestamp']));
  const seconds = Number.isNaN(time) ? 0 : Math.floor(time / 1000);
  return line.includes('"kind":"pipeline_error"')
    ? [
        { id, seconds },
        { id, seconds: 0 },
      ]
    : [{ id, seconds }];
}

function parseObject(line: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line.toString('utf8'));
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
