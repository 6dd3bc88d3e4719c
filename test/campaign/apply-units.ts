// One process that is told to run something else again and again, while records flow and the emulator breaks answers.

import { changeUnderFire } from '../runtime/under-fire.ts';
import type { Campaign } from './campaign.ts';

export const applyUnits: Campaign = {
  about:
    'streams and outputs changed at random while it runs: every record there once, nothing begun in vain',
  rounds: { long: 200, short: 40 },
  async run(options) {
    const { found, begun, wanted, records, complaints } = await changeUnderFire(options);
    const asWanted = begun.every((count, index) => count === wanted[index]);
    const said = `Streams were begun ${begun.join(', ')} times, and should have been ${wanted.join(', ')} times.`;
    return {
      ...found,
      code: asWanted ? 0 : 1,
      printed: [said, ...complaints].join('\n'),
      figures: [
        `${options.rounds} changes`,
        `${records} records`,
        `${begun.reduce((sum, count) => sum + count, 0)} streams begun`,
        `${complaints.length} errors logged`,
      ],
    };
  },
};
