// Where documents are shown: a terminal, with colours and within its width, or whatever reads standard output.

import type { LocalDocument } from '../../local-documents/lines.ts';
import { isReaderGone, unwritableOutput } from '../terminal/standard-streams.ts';
import { plainJson } from './cells.ts';
import { drawDocument } from './document-line.ts';

export interface Page extends AsyncDisposable {
  /** Resolves when the reader has taken them. Rejects with an OperatorError where nothing can be written. */
  print(documents: readonly LocalDocument[]): Promise<void>;
  /** Aborted when nobody reads any more, as `head` does not: that is no failure. */
  readonly gone: AbortSignal;
}

export interface PageForm {
  readonly json?: boolean;
  readonly full?: boolean;
}

/** What of standard output is used. */
export interface Screen extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  hasColors?(): boolean;
}

export function openPage(screen: Screen, form: PageForm): Page {
  const gone = new AbortController();
  const draw = drawingFor(screen, form);
  const onError = (error: unknown) => {
    if (isReaderGone(error)) gone.abort();
  };
  screen.on('error', onError);
  return {
    gone: gone.signal,
    async print(documents) {
      if (documents.length === 0 || gone.signal.aborted) return;
      const text = documents.map((document) => `${draw(document)}\n`).join('');
      const error = await new Promise<Error | null | undefined>((resolve) => screen.write(text, resolve));
      if (isReaderGone(error)) gone.abort();
      else if (error) throw unwritableOutput(error);
    },
    async [Symbol.asyncDispose]() {
      // A pipe that breaks later is nobody's failure either: the listener stays.
    },
  };
}

function drawingFor(screen: Screen, { json, full }: PageForm): (document: LocalDocument) => string {
  const { isTTY = false } = screen;
  const safe = isTTY ? plainJson : (text: string) => text;
  if (full) return ({ tree }) => safe(JSON.stringify(tree, undefined, 2));
  if (json) return ({ line }) => safe(line.toString());
  const hasColours = isTTY && (screen.hasColors?.() ?? false) && process.env.NO_COLOR === undefined;
  return ({ tree }) =>
    drawDocument(tree, { columns: isTTY ? (screen.columns ?? 80) : undefined, hasColours });
}
