import { describe, test } from '@jest/globals';
import { fromRepository } from '../executable/release.ts';
import { endings, expectNoSecret, runToItsEnd } from './secret-places.ts';

describe('no secret is left behind when', () => {
  test.each(Object.entries(endings))('%s', async (_, ending) => {
    expectNoSecret(await runToItsEnd(fromRepository, ending), ending);
  });
});
