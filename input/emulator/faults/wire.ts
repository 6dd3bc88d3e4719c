// Faults of the connection: the answer is right, and something goes wrong on its way to the client.

import type { NamedFault } from './plan.ts';
import { isSharedFault } from './schemas.ts';

export interface Wire {
  /** Milliseconds that are added to the Date header. */
  readonly skewMs: number;
  /** Milliseconds that pass before anything is sent. */
  readonly delayMs: number;
  /** The byte of the body at which the answer breaks off; -1 is before the headers, Infinity never. */
  readonly stopAt: number;
  readonly ending: 'reset' | 'close' | 'end' | 'hang';
  /** Milliseconds for which a hanging answer hangs before it goes on; undefined is for ever. */
  readonly hangMs: number | undefined;
  /** True for a Content-Length that the body does not reach. */
  readonly declaresMore: boolean;
  readonly trickle: { readonly bytes: number; readonly everyMs: number } | undefined;
}

export const soundWire: Wire = {
  skewMs: 0,
  delayMs: 0,
  stopAt: Number.POSITIVE_INFINITY,
  ending: 'end',
  hangMs: undefined,
  declaresMore: false,
  trickle: undefined,
};

const momentBytes = { 'before-headers': -1, 'after-headers': 0, 'in-body': 512 } as const;

/** Returns how an answer travels under the fault: soundly under one that is none of the connection's. */
export function chooseWire(fault: NamedFault | undefined): Wire {
  if (!fault || !isSharedFault(fault)) return soundWire;
  switch (fault.kind) {
    case 'reset':
      return { ...soundWire, stopAt: fault.bytes ?? momentBytes[fault.when], ending: 'reset' };
    case 'hang':
      return {
        ...soundWire,
        stopAt: fault.bytes ?? momentBytes[fault.when],
        ending: 'hang',
        hangMs: fault.ms,
      };
    case 'truncate':
      return fault.declares === 'more'
        ? { ...soundWire, stopAt: fault.bytes, ending: 'close', declaresMore: true }
        : { ...soundWire, stopAt: fault.bytes, ending: 'end' };
    case 'trickle':
      return { ...soundWire, trickle: { bytes: fault.bytes, everyMs: fault.everyMs } };
    case 'delay':
      return { ...soundWire, delayMs: fault.ms };
    case 'clock-skew':
      return { ...soundWire, skewMs: fault.ms };
    default:
      return soundWire;
  }
}
