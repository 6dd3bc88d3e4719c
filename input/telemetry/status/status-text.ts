// Writes a status as indented JSON, piece by piece: with thousands of tenants the whole text is many megabytes, and it
// is written every few seconds.

import type { StatusInPieces } from './status-board.ts';

const pieceLength = 32 * 1024;

/** Yields the pieces of the text, which ends with a line break. */
export function* statusText(status: StatusInPieces): Generator<string, void> {
  let piece = '';
  for (const text of writeObject(status, '')) {
    piece += text;
    if (piece.length < pieceLength) continue;
    yield piece;
    piece = '';
  }
  yield `${piece}\n`;
}

function* writeObject(value: object, indent: string): Generator<string, void> {
  const inner = `${indent}  `;
  let before = '{';
  for (const [name, member] of Object.entries(value)) {
    yield `${before}\n${inner}${JSON.stringify(name)}: `;
    yield* writeMember(member, inner);
    before = ',';
  }
  yield `\n${indent}}`;
}

function* writeMember(member: unknown, indent: string): Generator<string, void> {
  if (typeof member !== 'object' || member === null) yield JSON.stringify(member);
  else if (isIterable(member)) yield* writeList(member, indent);
  else yield* writeObject(member, indent);
}

function* writeList(items: Iterable<unknown>, indent: string): Generator<string, void> {
  const inner = `\n${indent}  `;
  let before = '[';
  for (const item of items) {
    yield `${before}${inner}${JSON.stringify(item, undefined, 2).replaceAll('\n', inner)}`;
    before = ',';
  }
  yield before === '[' ? '[]' : `\n${indent}]`;
}

function isIterable(value: object): value is Iterable<unknown> {
  return Symbol.iterator in value;
}
