// Faults of the connection: the answer is right, its way is not.

import type { Fault } from './plan.ts';

export interface Wire {
  /** Added to the Date header. */
  readonly skewMs: number;
  /** Before anything is sent. */
  readonly delayMs: number;
  /** Where the answer breaks off, in bytes of the body; -1 is before the headers, Infinity never. */
  readonly stopAt: number;
  readonly ending: 'reset' | 'close' | 'end' | 'hang';
  /** How long a hanging answer hangs before it goes on; absent is for ever. */
  readonly hangMs: number | undefined;
  /** A Content-Length that the body does not reach. */
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

const places = { 'before-headers': -1, 'after-headers': 0, 'in-body': 512 } as const;

export function wireOf(fault: Fault | undefined): Wire {
  switch (fault?.kind) {
    case 'reset':
      return { ...soundWire, stopAt: fault.bytes ?? places[fault.when], ending: 'reset' };
    case 'hang':
      return { ...soundWire, stopAt: fault.bytes ?? places[fault.when], ending: 'hang', hangMs: fault.ms };
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
