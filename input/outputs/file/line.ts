// Writes a document as a line of a file, and reads its keys back. A line begins with the `_id`, so that the file alone
// tells what was delivered, and `event.ingested`, which in Elasticsearch the ingest pipeline sets. Writing never parses.

import { listDatasets } from '../../../pipelines/index.ts';
import { parseObject } from '../../../pipelines/json/unknown.ts';
import type { OutputDocument } from '../../contract/output.ts';
import type { RecordKey } from '../../contract/state.ts';

export interface LineParts {
  readonly head: string;
  /** The part of the body that follows the head. */
  readonly rest: Buffer;
}

/** `event` stands in front of every document of the mapper; a policy's constants may have put something else there. */
const event = '{"event":{';
const openEvent = `${event}"`;

export function splitLine({ id, body }: OutputDocument, ingested: string): LineParts {
  const label = `{"_id":${JSON.stringify(id)},`;
  if (body.toString('latin1', 0, openEvent.length) !== openEvent)
    return { head: label, rest: body.subarray(1) };
  return { head: `${label}"event":{"ingested":"${ingested}",`, rest: body.subarray(event.length) };
}

export function writeLine(document: OutputDocument, ingested: string): string {
  const { head, rest } = splitLine(document, ingested);
  return `${head}${rest.toString()}\n`;
}

/**
 * Under which keys a line may be asked for again; undefined when it is no whole line of ours. A document stands under
 * its time. Where that is not its record's own, which is missing or cannot be read, it stands under no time at
 * all as well.
 */
export function readLineKeys(line: Buffer): RecordKey[] | undefined {
  const document = parseObject(line.toString('utf8'));
  const id = document?._id;
  if (typeof id !== 'string') return undefined;
  const time = Date.parse(String(document?.['@timestamp']));
  const seconds = Number.isNaN(time) ? 0 : Math.floor(time / 1000);
  return isUndated(line)
    ? [
        { id, seconds },
        { id, seconds: 0 },
      ]
    : [{ id, seconds }];
}

/** By what the mapper leaves behind; of a record delivered raw nothing is known. */
function isUndated(line: Buffer): boolean {
  const raw = listDatasets().map(({ rawField, rawIn }) =>
    rawIn === 'field' ? `"${rawField}":{` : '"message":"{',
  );
  return ['"kind":"pipeline_error"', ': no date"', ...raw].some((mark) => line.includes(mark));
}
