import { rmSync } from 'node:fs';
import { afterAll, describe, test } from '@jest/globals';
import { endings, expectNoSecret, runToItsEnd } from '../end-to-end/secret-places.ts';
import { placeAlone } from './release.ts';

const programs = placeAlone();

afterAll(() => {
  for (const { folder } of programs) rmSync(folder, { recursive: true });
});

describe.each(programs)('of $about no secret is left behind when', ({ command }) => {
  test.each(Object.entries(endings))('%s', async (_, ending) => {
    expectNoSecret(await runToItsEnd(command, ending), ending);
  });
});
