// Calls the WebAssembly scanner of scan-nested.wat, which finds the ends of JSON objects several times faster than a loop
// over bytes here, and that is where a content blob's time goes. All callers share one window, since nothing here waits.

import { scanNestedBinary } from './scan-nested.generated.ts';

/** The state of the scanner between two windows; all 0 at an opening bracket. */
export interface NestedState {
  depth: number;
  /** The value is 1 inside a string, else 0. */
  inString: number;
  /** The value is 1 when a backslash escapes the next byte, else 0. */
  escaped: number;
}

type ScanFunction = (from: number, end: number, depth: number, inString: number, escaped: number) => number;

/** The size of the window, which is the part of the scanner's memory that it scans. */
export const windowBytes = 64 * 1024;
const blockBytes = 64;
const stateAt = 66_048;

const { scan, buffer } = load();
const view = new Uint8Array(buffer);
const stateLeft = new Int32Array(buffer, stateAt, 3);

function load(): { scan: ScanFunction; buffer: ArrayBuffer } {
  const module = new WebAssembly.Module(Buffer.from(scanNestedBinary, 'base64'));
  const { scan, memory } = new WebAssembly.Instance(module).exports;
  if (isScan(scan) && memory instanceof WebAssembly.Memory) return { scan, buffer: memory.buffer };
  throw new TypeError('scan-nested.generated.ts does not fit scan-nested.ts: assemble it again');
}

function isScan(value: unknown): value is ScanFunction {
  return typeof value === 'function';
}

/** Copies at most `windowBytes` bytes into the window. */
export function fillWindow(piece: Uint8Array): void {
  view.set(piece, 0);
  view.fill(0, piece.length, piece.length + blockBytes);
}

/**
 * Returns the index after the object or array that begins at `from`, or goes on there in the given state; -1 when it goes
 * on after `end`, and then leaves the state for the next window.
 */
export function scanNested(from: number, end: number, state: NestedState): number {
  const found = scan(from, end, state.depth, state.inString, state.escaped);
  state.depth = found < 0 ? (stateLeft[0] ?? 0) : 0;
  state.inString = found < 0 ? (stateLeft[1] ?? 0) : 0;
  state.escaped = found < 0 ? (stateLeft[2] ?? 0) : 0;
  return found;
}
