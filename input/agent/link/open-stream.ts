// One stream of the connection to the agent, as something to write to, to be told of, and to wait for the end of.

import { type ClientDuplexStream, status } from '@grpc/grpc-js';
import { redact } from '../../contract/errors.ts';

export interface StreamEnd {
  /** The agent does not know this process, and never will again. */
  readonly isRefused: boolean;
  /** The agent has nothing of the kind. */
  readonly isUnsupported: boolean;
  readonly reason: string;
}

export class AgentStream {
  /** Resolves when nothing comes any more, however it ended. */
  readonly ended: Promise<StreamEnd>;
  readonly #stream: ClientDuplexStream<object, object>;
  #isFull = false;

  constructor(stream: ClientDuplexStream<object, object>, onMessage: (message: object) => void) {
    this.#stream = stream;
    this.ended = new Promise((resolve) => {
      stream.on('error', ({ code, details }: Partial<Record<'code' | 'details', unknown>>) =>
        resolve(describeEnd(code, details)),
      );
      stream.on('end', () => resolve(describeEnd(status.OK, 'The agent ended the stream.')));
    });
    stream.on('drain', () => {
      this.#isFull = false;
    });
    stream.on('data', onMessage);
  }

  /** False where the agent does not read: then nothing is added to what waits for it already. */
  write(message: object): boolean {
    if (this.#isFull) return false;
    this.#isFull = !this.#stream.write(message);
    return true;
  }

  /** The agent ends the stream in its turn once it has read what was written. */
  end(): void {
    this.#stream.end();
  }

  cancel(): void {
    this.#stream.cancel();
  }
}

const refusals: readonly unknown[] = [status.PERMISSION_DENIED, status.UNAUTHENTICATED];

function describeEnd(code: unknown, details: unknown): StreamEnd {
  return {
    isRefused: refusals.includes(code),
    isUnsupported: code === status.UNIMPLEMENTED,
    reason: redact(String(details)),
  };
}
