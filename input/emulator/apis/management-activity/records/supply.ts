// Generates the records of a feed by number: each number has a chance of its own, so that any blob can be made at any
// time.

import { hourMs, minuteMs } from '../../../../contract/time.ts';
import type { World } from '../../../world/company.ts';
import { guidSeries, hash, Random } from '../../../world/random.ts';
import type { RecordSupply } from '../content/blob.ts';
import type { ContentType } from '../content/content-type.ts';
import { complianceFamilies } from './compliance.ts';
import { defenderFamilies } from './defender.ts';
import { dlpFamilies } from './dlp.ts';
import { entraDirectoryFamilies } from './entra/directory.ts';
import { entraRiskFamilies } from './entra/risk.ts';
import { entraSignInFamilies } from './entra/sign-ins.ts';
import { exchangeAdminFamilies } from './exchange/admin.ts';
import { exchangeMailboxFamilies } from './exchange/mailbox.ts';
import { powerPlatformFamilies } from './power-platform.ts';
import { productivityFamilies } from './productivity.ts';
import type { RecordFamily } from './record.ts';
import { sharePointFileFamilies } from './sharepoint/files.ts';
import { sharePointListFamilies } from './sharepoint/lists.ts';
import { sharePointSharingFamilies } from './sharepoint/sharing.ts';
import { teamsFamilies } from './teams.ts';
import { unknownFamilies } from './unknown.ts';

export const families: readonly RecordFamily[] = [
  ...entraSignInFamilies,
  ...entraDirectoryFamilies,
  ...entraRiskFamilies,
  ...exchangeAdminFamilies,
  ...exchangeMailboxFamilies,
  ...sharePointFileFamilies,
  ...sharePointSharingFamilies,
  ...sharePointListFamilies,
  ...teamsFamilies,
  ...complianceFamilies,
  ...defenderFamilies,
  ...powerPlatformFamilies,
  ...productivityFamilies,
  ...unknownFamilies,
  ...dlpFamilies,
];

/** Returns the endless records of a content type in a company. `key` names them among others of the same company. */
export function generateRecords(world: World, contentType: ContentType, key: number): RecordSupply {
  const choose = weigh(families.filter((family) => family.contentType === contentType));
  const guid = guidSeries(key);
  return {
    count: Number.POSITIVE_INFINITY,
    unique: true,
    id: guid,
    text: (index, created) => {
      const random = new Random(hash(key, index));
      const at = created - drawDelay(random);
      return JSON.stringify(choose(random.next()).build({ world, random, at, id: guid(index) }));
    },
  };
}

/** Draws the milliseconds by which a record happened before its blob: mostly minutes, at times hours. */
function drawDelay(random: Random): number {
  const draw = random.next();
  if (draw < 0.7) return random.between(5_000, 10 * minuteMs);
  return draw < 0.96
    ? random.between(10 * minuteMs, 90 * minuteMs)
    : random.between(90 * minuteMs, 12 * hourMs);
}

function weigh(candidates: readonly RecordFamily[]): (draw: number) => RecordFamily {
  const [first] = candidates;
  if (!first) throw new RangeError('A content type needs at least one record family.');
  let sum = 0;
  const ends = candidates.map(({ weight }) => {
    sum += weight;
    return sum;
  });
  return (draw) => candidates[ends.findIndex((end) => draw * sum < end)] ?? first;
}
