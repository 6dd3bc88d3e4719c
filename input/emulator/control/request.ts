// A control request, `/emulator/…`, and the form of the functions that answer one.

import { OperatorError } from '../../contract/errors.ts';
import type { HttpAnswer } from '../server/answer.ts';

export interface ControlRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
}

/** Answers one control request. An OperatorError that it throws is answered with status 400 and its message. */
export type ControlHandler = (request: ControlRequest) => HttpAnswer;

/** Creates the error for something that a test asked of the emulator and that cannot be. */
export const refuseControl = (message: string): OperatorError =>
  new OperatorError({
    code: 'emulator-request',
    message,
    advice: 'See input/emulator/README.md for what the emulator can be asked.',
    retry: { kind: 'never' },
  });
