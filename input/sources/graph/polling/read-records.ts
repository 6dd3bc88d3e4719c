// Reads the records of a question page by page, as text: for commands, and for lists that are short.

import { OperatorError } from '../../../contract/errors.ts';
import { textsOf } from '../../../contract/records.ts';
import type { GraphApi, PageRequest } from '../api/graph-api.ts';
import { PageSplitter } from '../api/page-splitter.ts';

interface Reader {
  readonly api: GraphApi;
  /** Larger records are left out. */
  readonly maximumRecordBytes: number;
}

export async function* readRecords(
  { api, maximumRecordBytes }: Reader,
  request: PageRequest,
  signal: AbortSignal,
): AsyncGenerator<string> {
  let nextLink: string | undefined;
  do {
    const response = await api.askPage({ ...request, nextLink }, signal);
    const splitter = new PageSplitter({ maximumRecordBytes, onOversized: () => undefined });
    for await (const chunk of response.body) {
      splitter.push(chunk);
      yield* textsOf(splitter.take());
    }
    yield* textsOf(splitter.take());
    const end = splitter.end();
    if (end.kind === 'broken') throw brokenOff(request);
    ({ nextLink } = end);
  } while (nextLink !== undefined);
}

function brokenOff({ query }: PageRequest): OperatorError {
  return new OperatorError({
    code: 'broken-page',
    message: `a page of ${query.name} could not be read to its end.`,
    advice: 'Try again.',
    retry: { kind: 'later' },
  });
}
