// Reads a slice until a reading brings nothing that was not there before. Graph's pages may shift while they are read, and a
// second reading of the same slice has been seen to count differently; a single page is one answer and cannot shift.

import { OperatorError } from '../../../contract/errors.ts';
import { countNew, type SliceParts, type SliceReading } from './read-slice.ts';
import { writePosition } from './slices.ts';

const mostReadings = 8;

export interface StableReading {
  /** Of the last reading. */
  readonly pages: number;
  /** New records, over all readings but the first one of a slice. */
  readonly found: number;
}

/** Rejects where the slice does not come to rest; it is read again later then. */
export async function readUntilStable(
  { stream, feed, slice }: SliceParts,
  read: () => Promise<SliceReading>,
  isRepetition: boolean,
): Promise<StableReading> {
  let found = 0;
  const counted: number[] = [];
  for (let readings = isRepetition ? 1 : 0; readings < mostReadings; readings += 1) {
    const reading = await read();
    counted.push(reading.records);
    const added = countNew(reading.counts);
    const isFirst = readings === 0;
    if (!isFirst) found += added;
    feed.status.set('warning', describeWarning(reading));
    if ((isFirst && reading.pages === 1) || added === 0) {
      reportUnrest({ stream, feed, slice }, counted, found);
      return { pages: reading.pages, found };
    }
  }
  throw new OperatorError({
    code: 'unstable-slice',
    message: `${writePosition(slice)} was read ${counted.length} times and had something new each time (${counted.join(', ')} records).`,
    advice: 'What came is delivered; the slice is read again until it comes to rest.',
    retry: { kind: 'later' },
  });
}

/** One reading that brings what the one before lacked is said; late records of a repetition are counted elsewhere. */
function reportUnrest(
  { stream, feed, slice }: Pick<SliceParts, 'stream' | 'feed' | 'slice'>,
  counted: readonly number[],
  found: number,
): void {
  if (found === 0) return;
  const { tenant, name } = feed.feed;
  stream.environment.log.info(
    { organization: { id: tenant }, m365: { content_type: name } },
    `${name}: ${writePosition(slice)} was read until it came to rest (${counted.join(', ')} records); ${found} were not there at first, and are delivered.`,
  );
}

function describeWarning({ warning }: SliceReading) {
  if (warning === undefined) return undefined;
  return {
    health: 'degraded',
    code: 'warning',
    message: `Graph says that its answer is not whole: ${warning.slice(0, 300)}`,
  } as const;
}
