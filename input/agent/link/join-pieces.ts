// Joins a check-in of the agent's that comes in pieces. All pieces carry the same time, a unit is in one of them, and the
// last one has no units. Whatever the agent has to say beside units stands in the first one.

import type { Expected, ExpectedUnit } from '../protocol/messages.ts';

export class PieceJoiner {
  #first: Expected | undefined;
  #units: ExpectedUnit[] = [];

  /** Returns the whole once it is there. Pieces of a check-in that was never finished are dropped when another begins. */
  add(piece: Expected): Expected | undefined {
    if (piece.piecesOf === undefined) {
      this.#first = undefined;
      return piece;
    }
    if (this.#first?.piecesOf !== piece.piecesOf) {
      this.#first = piece;
      this.#units = [];
    }
    this.#units.push(...piece.units);
    if (piece.units.length > 0) return undefined;
    const whole = { ...this.#first, units: this.#units };
    this.#first = undefined;
    return whole;
  }
}
