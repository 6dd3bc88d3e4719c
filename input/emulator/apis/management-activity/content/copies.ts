// Chooses the records that are served again in a later blob, with the same Id and the keys in another order. The choice is
// a function of the later blob's number, and never falls on a late blob, so that no copy is seen before its original.

import { drawFraction, hash } from '../../../world/random.ts';
import type { RecordSupply } from './blob.ts';
import type { PlannedBlob, Timeline } from './timeline.ts';

/** The number of blobs that a copy may lie behind its original. */
const reach = 2_000;

export class CopyPlan {
  private readonly key: number;
  private readonly share: number;
  private readonly timeline: Timeline;
  private readonly supply: RecordSupply;

  constructor(key: number, share: number, timeline: Timeline, supply: RecordSupply) {
    this.key = key;
    this.share = share;
    this.timeline = timeline;
    this.supply = supply;
  }

  *ids(planned: PlannedBlob): Generator<string | undefined> {
    for (const { record } of this.choose(planned)) yield this.supply.id(record);
  }

  *texts(planned: PlannedBlob): Generator<string> {
    for (const { record, created } of this.choose(planned))
      yield reorderKeys(this.supply.text(record, created));
  }

  private *choose(planned: PlannedBlob): Generator<{ record: number; created: number }> {
    const expected = planned.count * this.share;
    const count = Math.floor(expected + drawFraction(this.key, 'count', planned.index));
    for (let copy = 0; copy < count && planned.index > 0; copy++) {
      const back = 1 + (hash(this.key, planned.index, copy, 'blob') % Math.min(planned.index, reach));
      const source = this.timeline.plan(planned.index - back);
      if (source.count <= 0 || this.timeline.isLate(source.index)) continue;
      const record = source.first + (hash(this.key, planned.index, copy, 'record') % source.count);
      yield { record, created: source.created };
    }
  }
}

/** Writes the same JSON value with its keys the other way round; untouched where a number could lose digits on the way. */
export function reorderKeys(text: string): string {
  if (/\d{16}/.test(text.replace(/"(?:[^"\\]|\\.)*"/g, ''))) return text;
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return text;
  return JSON.stringify(Object.fromEntries(Object.entries(value).reverse()));
}
