// Prints documents where they are shown: to a terminal, with colours and within its width, or to whatever reads
// standard output.

import type { LocalDocument } from '../../local-documents/document-lines.ts';
import { isReaderGone, unwritableOutput } from '../terminal/standard-streams.ts';
import { plainJson } from './cells.ts';
import { drawDocument } from './document-line.ts';

export interface DocumentPrinter extends AsyncDisposable {
  /** Resolves when the reader has taken the documents. Rejects with an OperatorError where nothing can be written. */
  print(documents: readonly LocalDocument[]): Promise<void>;
  /** Aborted when nobody reads any more, as with `head`: that is no failure. */
  readonly gone: AbortSignal;
}

export interface PrintFormat {
  readonly json?: boolean;
  readonly full?: boolean;
}

/** The part of standard output that is used. */
export interface OutputScreen extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  hasColors?(): boolean;
}

export function openPrinter(screen: OutputScreen, format: PrintFormat): DocumentPrinter {
  const gone = new AbortController();
  const draw = chooseDrawing(screen, format);
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
      // A pipe that breaks later is no failure either, so the listener stays.
    },
  };
}

function chooseDrawing(
  screen: OutputScreen,
  { json, full }: PrintFormat,
): (document: LocalDocument) => string {
  const { isTTY = false } = screen;
  const safe = isTTY ? plainJson : (text: string) => text;
  if (full) return ({ tree }) => safe(JSON.stringify(tree, undefined, 2));
  if (json) return ({ line }) => safe(line.toString());
  const hasColours = isTTY && (screen.hasColors?.() ?? false) && process.env.NO_COLOR === undefined;
  return ({ tree }) =>
    drawDocument(tree, { columns: isTTY ? (screen.columns ?? 80) : undefined, hasColours });
}
