// A set of packed keys, kept as plain numbers: some ten thousand short-lived strings would cost more in garbage than
// the look-ups themselves.

import { keyBytes } from './record-keys.ts';

const keyWords = keyBytes / 4;
/** The first word of a key is its time; the others are as good as random. */
const hashWord = 1;

export class RecentKeys {
  #size = 0;
  #words = new Uint32Array(keyWords * 1024);
  /** Open addressing: the position of a key plus one, or 0. The table is never more than half full. */
  #slots = new Uint32Array(2048);

  get size(): number {
    return this.#size;
  }

  has(keys: Uint32Array, index: number): boolean {
    return this.#slots[this.#findSlot(keys, index)] !== 0;
  }

  addAll(keys: Uint32Array): void {
    for (let index = 0; index < keys.length / keyWords; index += 1) this.#add(keys, index);
  }

  clear(): void {
    this.#size = 0;
    this.#slots.fill(0);
  }

  #add(keys: Uint32Array, index: number): void {
    const slot = this.#findSlot(keys, index);
    if (this.#slots[slot] !== 0) return;
    this.#words.set(keys.subarray(index * keyWords, (index + 1) * keyWords), this.#size * keyWords);
    this.#size += 1;
    this.#slots[slot] = this.#size;
    if (this.#size * 2 >= this.#slots.length) this.#grow();
  }

  /** The slot that holds the key, or the free one where it belongs. */
  #findSlot(keys: Uint32Array, index: number): number {
    const last = this.#slots.length - 1;
    let slot = (keys[index * keyWords + hashWord] ?? 0) & last;
    for (;;) {
      const position = this.#slots[slot] ?? 0;
      if (position === 0 || this.#isAt(position - 1, keys, index)) return slot;
      slot = (slot + 1) & last;
    }
  }

  #isAt(position: number, keys: Uint32Array, index: number): boolean {
    for (let word = 0; word < keyWords; word += 1) {
      if (this.#words[position * keyWords + word] !== keys[index * keyWords + word]) return false;
    }
    return true;
  }

  #grow(): void {
    const words = this.#words.subarray(0, this.#size * keyWords);
    this.#words = new Uint32Array(this.#words.length * 2);
    this.#slots = new Uint32Array(this.#slots.length * 2);
    this.#size = 0;
    this.addAll(words);
  }
}
