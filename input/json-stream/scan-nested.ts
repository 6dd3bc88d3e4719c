// The scanner of scan-nested.wat, made callable: several times faster than any loop over bytes here, and finding the ends
// of records is where a content blob's time goes. One window serves everybody, since nothing in here waits.

import { scanNestedBinary } from './scan-nested.generated.ts';

/** What the end of one window hands to the beginning of the next; all 0 at an opening bracket. */
export interface NestedState {
  depth: number;
  /** 0 or 1, as the next. */
  inString: number;
  escaped: number;
}

type Scan = (from: number, end: number, depth: number, inString: number, escaped: number) => number;

/** As many bytes fit into the window. */
export const windowBytes = 64 * 1024;
const blockBytes = 64;
const stateAt = 66_048;

const { scan, buffer } = load();
const view = new Uint8Array(buffer);
const left = new Int32Array(buffer, stateAt, 3);

function load(): { scan: Scan; buffer: ArrayBuffer } {
  const module = new WebAssembly.Module(Buffer.from(scanNestedBinary, 'base64'));
  const { scan, memory } = new WebAssembly.Instance(module).exports;
  if (isScan(scan) && memory instanceof WebAssembly.Memory) return { scan, buffer: memory.buffer };
  throw new TypeError('scan-nested.generated.ts does not fit scan-nested.ts: assemble it again');
}

function isScan(value: unknown): value is Scan {
  return typeof value === 'function';
}

/** Puts a piece of at most `windowBytes` into the window. */
export function openWindow(piece: Uint8Array): void {
  view.set(piece, 0);
  view.fill(0, piece.length, piece.length + blockBytes);
}

/**
 * The index after the end of the object or array that begins at `from`, or goes on there in the state given; -1 when it
 * goes on after `end`, in the state then left.
 */
export function scanNested(from: number, end: number, state: NestedState): number {
  const found = scan(from, end, state.depth, state.inString, state.escaped);
  state.depth = found < 0 ? (left[0] ?? 0) : 0;
  state.inString = found < 0 ? (left[1] ?? 0) : 0;
  state.escaped = found < 0 ? (left[2] ?? 0) : 0;
  return found;
}
