import { expect, test } from '@jest/globals';
import { ListingState } from '../../../input/sources/management-activity/listing/listing-state.ts';
import { scope } from '../../state/state-folder.ts';
import { withLedger } from '../../state/taking.ts';

const hour = 3_600_000;
const window = (from: number, to: number) => ({ from: from * hour, to: to * hour });

test('two processes that list the same content type lose none of the stretches that are still to be listed', () =>
  withLedger(async ({ checkpoints }) => {
    const open = async () => {
      const state = new ListingState(checkpoints, scope);
      await state.load();
      return state;
    };
    const [one, other] = [await open(), await open()];
    await one.begin(5 * hour);
    await other.begin(6 * hour);
    expect(other.firstRunAt).toBe(5 * hour);
    await one.addUnlisted([window(1, 2), window(7, 9)]);
    await other.addUnlisted([window(3, 4)]);
    await one.markListed(window(7, 8));
    await Promise.all([other.markListed(window(1, 2)), other.addUnlisted([window(11, 12)])]);
    const expected = [window(3, 4), window(8, 9), window(11, 12)];
    expect(other.unlisted).toEqual(expected);
    expect((await open()).unlisted).toEqual(expected);
  }));
